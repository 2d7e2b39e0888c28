import { createDeliver } from '../../src/activities/deliver';
import type { LedgerHooks, MailDeps } from '../../src/activities/send-mail';
import { stateOf } from '../../src/domain/delivery/health';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { newId } from '../../src/domain/ids';
import type { Turn } from '../../src/domain/journey/move';
import { createAccountTransport } from '../../src/mail/account';
import { newDkimKey, readDkimKey } from '../../src/mail/dkim-key';
import { waitUntil } from '../../src/runtime/processes';
import { changeAccount } from '../../src/store/account-by-hand';
import { transaction } from '../../src/store/db';
import { listAttempts } from '../../src/store/send-attempts';
import { listChanges, readStandings } from '../../src/store/smtp-accounts';
import { takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { clonerOf } from '../support/clone-mailings';
import { testDatabase } from '../support/database';
import { aMailing, MAILING, type Mailing, mailDeps, requestOf, sendMail } from '../support/mailing';
import { type Director, type Script, type ScriptedSmtp, scriptedSmtp, type Verb } from '../support/scripted-smtp';
import { mailOfRep } from '../support/sender-task';

const database = testDatabase(20);
let servers: { readonly [account: string]: ScriptedSmtp } = {};
let deps: MailDeps;
afterEach(async () => {
  await deps.transport.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  await database.db.accountDay.deleteMany();
  await database.db.smtpAccount.deleteMany();
  await database.db.smtpAccountChange.deleteMany();
});

interface Serving {
  /** Of the accounts main and news, beyond what each has. */
  readonly main?: object;
  readonly news?: object;
  readonly scripts?: { readonly [account: string]: Script | Director };
}

/** Two accounts, each on a server of its own. */
async function serve({ main = {}, news = {}, scripts = {} }: Serving = {}): Promise<void> {
  const names = ['main', 'news'] as const;
  const started = await Promise.all(names.map(async (name) => [name, await scriptedSmtp(scripts[name])] as const));
  servers = Object.fromEntries(started);
  deps = withAccounts({ main, news });
}

const privateKey = newDkimKey().then(readDkimKey);
let key: Awaited<typeof privateKey>;
beforeAll(async () => {
  key = await privateKey;
});

function withAccounts(parts: { readonly main: object; readonly news: object }): MailDeps {
  const delivery = deliverySchema.parse({
    accountBy: 'send',
    accounts: {
      main: { urlEnv: 'VIVEIRO_SMTP_URL_MAIN', ...parts.main },
      news: { urlEnv: 'VIVEIRO_SMTP_URL_NEWS', ...parts.news },
    },
  });
  const accounts = Object.entries(servers).map(([name, { url }]) => ({
    name,
    smtpUrl: url,
    from: `Viva ${name} <viva@${name}.viva.example>`,
    tls: { mode: 'opportunistic', minVersion: 'TLSv1.2' } as const,
    connections: 5,
    dkim: { domain: `${name}.viva.example`, selector: 's1', privateKey: key },
  }));
  return mailDeps(database.db, 'smtp://127.0.0.1:1', {
    turn: { rules: { ...MAILING.rules, delivery } },
    transport: createAccountTransport(accounts),
    senders: new Map(accounts.map((account) => [account.name, account])),
  });
}

const messagesOf = (account: string) => servers[account]?.messages ?? [];
const sendOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const someMailings = (count: number) => Promise.all(Array.from({ length: count }, () => aMailing(database.db)));
const dayText = (day: Date | null) => day?.toISOString().slice(0, 10);

/** What the workflow asks for when the mail's time has come. */
async function later(mailing: Mailing, now: number): Promise<Mailing> {
  const { journeyId } = mailing;
  const { turn } = await transaction(
    database.db,
    (tx) => tx.$queryRaw<{ turn: number }[]>`SELECT turn FROM journey WHERE id = ${journeyId}::uuid`,
  ).then(([row]) => row ?? { turn: 0 });
  await transaction(database.db, (tx) => takeTurn(tx, deps.turn, { journeyId, turn, now }));
  return { ...mailing, request: await requestOf(database.db, journeyId, now) };
}

test('a mail goes by the account of its purpose: its server, its sender, its Message-ID, its signature, and says so', async () => {
  await serve({ news: { purposes: ['marketing'] } });
  const mailing = await aMailing(database.db);
  await sendMail(deps, mailing);
  expect(messagesOf('main')).toEqual([]);
  const [message = ''] = messagesOf('news');
  expect(message).toContain('From: Viva news <viva@news.viva.example>');
  expect(message).toContain(`Message-ID: <${mailing.request.key}@news.viva.example>`);
  expect(message).toMatch(/^DKIM-Signature: v=1; .*d=news\.viva\.example;/);
  expect(await sendOf(mailing)).toMatchObject({ account: 'news', accountDay: null, status: 'accepted' });
  const decision = await database.db.decision.findFirst({ where: { contactId: mailing.contactId, kind: 'send' } });
  expect(decision?.data).toMatchObject({ account: 'news' });
});

test('many mails are shared by weight, and one that is tried again keeps its account, whatever the weights are by then', async () => {
  const deferring: Script = Array.from({ length: 30 }, () => ({ RCPT: '451 4.3.0 later' }));
  await serve({ main: { weight: 1 }, news: { weight: 2 }, scripts: { main: deferring, news: deferring } });
  const mailings = await someMailings(12);
  await Promise.all(mailings.map((mailing) => sendMail(deps, mailing)));
  const first = await Promise.all(mailings.map(sendOf));
  expect(first.every(({ status }) => status === 'deferred')).toBe(true);
  expect(new Set(first.map(({ account }) => account))).toEqual(new Set(['main', 'news']));
  const before = deps;
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  servers = Object.fromEntries(
    await Promise.all(['main', 'news'].map(async (name) => [name, await scriptedSmtp()] as const)),
  );
  deps = withAccounts({ main: { weight: 1000 }, news: { weight: 0.001 } });
  await before.transport.close();
  const again = await Promise.all(mailings.map((mailing) => later(mailing, MONDAY + 600_000)));
  await Promise.all(again.map((mailing) => sendMail(deps, mailing)));
  const second = await Promise.all(mailings.map(sendOf));
  expect(second.map(({ account, status }) => [account, status])).toEqual(
    first.map(({ account }) => [account, 'accepted']),
  );
});

describe('an account that warms up', () => {
  const PLAN = { warmUp: { from: '2026-01-05', perDay: [2, 3] } };

  // INV-WARM-UP
  test('sends no more than its plan, however many ask at once; the others wait for days with room, and say so', async () => {
    await serve({ main: { purposes: ['other'] }, news: PLAN });
    const mailings = await someMailings(7);
    await Promise.all(mailings.map((mailing) => sendMail(deps, mailing)));
    const sends = await Promise.all(mailings.map(sendOf));
    expect(sends.map(({ status, accountDay }) => `${status} ${dayText(accountDay)}`).sort()).toEqual([
      'accepted 2026-01-05',
      'accepted 2026-01-05',
      'deferred 2026-01-06',
      'deferred 2026-01-06',
      'deferred 2026-01-06',
      'deferred 2026-01-07',
      'deferred 2026-01-07',
    ]);
    expect(messagesOf('news')).toHaveLength(2);
    const [waiting] = mailings.filter((_, index) => dayText(sends[index]?.accountDay ?? null) === '2026-01-06');
    if (!waiting) throw new Error('one waits for Tuesday');
    const reason =
      'account "news" has sent or promised all that its warm-up plan allows before 2026-01-06, asked on 2026-01-05';
    expect(await sendOf(waiting)).toMatchObject({ reason, attempts: 0, account: 'news' });
    expect(
      await database.db.decision.findFirst({ where: { contactId: waiting.contactId, kind: 'defer' } }),
    ).toMatchObject({ outcome: 'deferred', reason });
    const onTuesday = await later(waiting, MONDAY + DAY);
    await sendMail(deps, onTuesday);
    expect(await sendOf(waiting)).toMatchObject({ status: 'accepted', attempts: 1 });
    expect(await database.db.accountDay.findMany({ orderBy: { day: 'asc' } })).toMatchObject([
      { taken: 2 },
      { taken: 3 }, // the place was its own: it takes no second
      { taken: 2 },
    ]);
  });

  test('gives what is over to another account with room', async () => {
    await serve({ main: { weight: 0.001 }, news: { ...PLAN, weight: 1000 } });
    const mailings = await someMailings(4);
    for (const mailing of mailings) await sendMail(deps, mailing);
    expect([messagesOf('news').length, messagesOf('main').length]).toEqual([2, 2]);
  });

  test('holds no mail to a rep, and counts it', async () => {
    await serve({ main: { purposes: ['other'] }, news: { warmUp: { from: '2026-02-01', perDay: [1] } } });
    const sendId = newId();
    const outcome = await createDeliver(deps)({ sendId, now: MONDAY }, async () => mailOfRep(sendId));
    expect(outcome).toEqual({ status: 'taken' });
    expect(messagesOf('news')[0]).toContain('From: Viva news');
    expect(await database.db.send.findUniqueOrThrow({ where: { id: sendId } })).toMatchObject({ account: 'news' });
    expect(await database.db.accountDay.findMany()).toMatchObject([{ account: 'news', taken: 1 }]);
  });
});

const MINUTE = 60_000;
/** A server that is down: nobody talks, or it says that it goes. A message that it has let begin it takes. */
const DOWN: { readonly [V in Verb]?: string } = {
  connect: 'drop',
  EHLO: 'drop',
  MAIL: '421 4.3.2 shutting down',
  RCPT: 'drop',
  DATA: 'drop',
};
const whenDown =
  (isDown: () => boolean): Director =>
  ({ verb }) =>
    isDown() ? DOWN[verb] : undefined;
const down: Director = whenDown(() => true);
const ONLY_MAIN = { news: { purposes: ['other'] } };
const standsAs = async (account: string, now: number) => {
  const standing = (await readStandings(database.db, { isCounted: false })).get(account);
  return standing && stateOf(standing.health, now).type;
};
const dueOf = (turn: Turn): number => {
  if (turn.move.type === 'await' && turn.move.until !== null) return turn.move.until;
  throw new Error(`the journey waits for no time: ${JSON.stringify(turn.move)}`);
};
/** Whether somebody waits for what another transaction holds. */
async function isLockAwaited(): Promise<boolean> {
  const waiting = await database.db.$queryRaw<object[]>`
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return waiting.length > 0;
}
const changesOf = async (account: string) =>
  (await listChanges(database.db, { account, most: 100 })).map(({ change }) => change).reverse();

describe('an account that fails', () => {
  const REST = { rest: { after: 3, for: '10m', atMost: '1h' } };

  test('rests, and the others take its mails: those that it had failed, too, which have lost no try by it', async () => {
    await serve({ main: { ...REST, weight: 1000 }, news: { weight: 0.001 }, scripts: { main: down } });
    const mailings = await someMailings(4);
    for (const mailing of mailings.slice(0, 3)) {
      expect(dueOf(await sendMail(deps, mailing))).toBe(MONDAY + MINUTE);
      expect(await sendOf(mailing)).toMatchObject({ status: 'deferred', attempts: 0, account: 'main' });
      expect(await listAttempts(database.db, mailing.request.key)).toMatchObject([{ reached: 'claimed' }]);
    }
    expect(await standsAs('main', MONDAY)).toBe('resting');
    const [, , , fourth] = mailings;
    if (!fourth) throw new Error('there are four');
    await sendMail(deps, fourth);
    for (const mailing of mailings.slice(0, 3)) await sendMail(deps, await later(mailing, MONDAY + MINUTE));
    const sends = await Promise.all(mailings.map(sendOf));
    expect(sends.map(({ status, account, attempts }) => [status, account, attempts])).toEqual(
      sends.map(() => ['accepted', 'news', 1]),
    );
    expect([messagesOf('main').length, messagesOf('news').length]).toEqual([0, 4]);
    expect(await changesOf('main')).toEqual(['rests']);
  });

  // INV-ACCOUNT-RESTS
  test('alone, lets its mails wait with a reason; one of them probes it, however many come at once, and then they go', async () => {
    let isDown = true;
    await serve({ main: REST, ...ONLY_MAIN, scripts: { main: whenDown(() => isDown) } });
    const mailings = await someMailings(6);
    const turns = [];
    for (const mailing of mailings) turns.push(await sendMail(deps, mailing));
    const waiting = mailings.slice(3);
    for (const mailing of waiting) {
      const reason = expect.stringMatching(/^account "main" rests until 2026-01-05 12:10 UTC: ./);
      expect(await sendOf(mailing)).toMatchObject({ status: 'deferred', attempts: 0, account: null, reason });
      expect(
        await database.db.decision.findFirst({ where: { contactId: mailing.contactId, kind: 'defer' } }),
      ).toMatchObject({ outcome: 'deferred', reason });
      expect(await listAttempts(database.db, mailing.request.key)).toEqual([]);
    }
    expect(Math.min(...turns.slice(3).map(dueOf))).toBeGreaterThanOrEqual(MONDAY + 10 * MINUTE);
    const before = servers.main?.heard.length ?? 0;
    const over = MONDAY + 11 * MINUTE;
    const probing = await Promise.all(waiting.map((mailing) => later(mailing, over)));
    await Promise.all(probing.map((mailing) => sendMail(deps, mailing)));
    expect(servers.main?.heard.length).toBe(before + 1);
    expect(await standsAs('main', over)).toBe('resting');
    expect(await standsAs('main', over + 20 * MINUTE)).toBe('due'); // twice as long as the first
    isDown = false;
    const back = MONDAY + HOUR;
    for (const mailing of mailings) await sendMail(deps, await later(mailing, back));
    expect((await Promise.all(mailings.map(sendOf))).map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(
      mailings.map(() => 'accepted 1'),
    );
    expect(await standsAs('main', back)).toBe('in_use');
    expect(await changesOf('main')).toEqual(['rests', 'rests', 'works']);
  });

  test('is probed by one mail, also when another one has seen at the same time that its rest is over', async () => {
    await serve({ main: REST, ...ONLY_MAIN, scripts: { main: down } });
    const [first, second, ...others] = await someMailings(5);
    if (!first || !second) throw new Error('there are five');
    for (const mailing of others) await sendMail(deps, mailing);
    const over = MONDAY + 11 * MINUTE;
    const before = servers.main?.heard.length ?? 0;
    let other: Promise<Turn> | undefined;
    const at: LedgerHooks['at'] = async (moment, sendId) => {
      if (moment !== 'claiming' || sendId !== first.request.key) return;
      other = sendMail(deps, { request: { ...second.request, now: over } });
      expect(await waitUntil(isLockAwaited, 10_000)).toBe(true); // it has made its choice, and wants the account
    };
    await sendMail({ ...deps, hooks: { at } }, { request: { ...first.request, now: over } });
    await other;
    expect(servers.main?.heard.length).toBe(before + 1);
    expect(await listAttempts(database.db, second.request.key)).toEqual([]);
  });

  test('keeps a mail that may have arrived by it, and lets it wait', async () => {
    const drops: Script = [{ dot: 'drop' }, { dot: 'drop' }, { dot: 'drop' }];
    await serve({ main: { ...REST, weight: 1000 }, news: { weight: 0.001 }, scripts: { main: drops } });
    const receipt = { purpose: 'transactional', template: 'receipt', consent: false };
    const mailings = await Promise.all([1, 2, 3].map(() => aMailing(database.db, receipt)));
    for (const mailing of mailings) await sendMail(deps, mailing);
    expect(await standsAs('main', MONDAY)).toBe('resting');
    const [first] = mailings;
    if (!first) throw new Error('there are three');
    const again = await later(first, MONDAY + 5 * MINUTE);
    expect(dueOf(await sendMail(deps, again))).toBeGreaterThanOrEqual(MONDAY + 10 * MINUTE);
    expect(messagesOf('news')).toEqual([]);
    await sendMail(deps, await later(again, MONDAY + 11 * MINUTE));
    expect(await sendOf(first)).toMatchObject({ status: 'accepted', account: 'main', attempts: 2 });
  });

  test('is none that refuses recipients', async () => {
    const refusing: Director = ({ verb }) => (verb === 'RCPT' ? '550 5.1.1 no such user' : undefined);
    await serve({ main: REST, ...ONLY_MAIN, scripts: { main: refusing } });
    for (const mailing of await someMailings(5)) await sendMail(deps, mailing);
    expect(await standsAs('main', MONDAY)).toBeUndefined();
  });

  test('lets a mail to a rep wait for it, and go when it works', async () => {
    await serve({ main: REST, ...ONLY_MAIN });
    await changeAccount(database.db, { account: 'main', change: 'out', reason: 'it moves', now: MONDAY });
    const sendId = newId();
    const deliver = createDeliver(deps);
    expect(await deliver({ sendId, now: MONDAY }, async () => mailOfRep(sendId))).toMatchObject({ status: 'deferred' });
    expect(await database.db.send.findUniqueOrThrow({ where: { id: sendId } })).toMatchObject({
      status: 'deferred',
      attempts: 0,
      reason: 'account "main" was put out by hand: it moves',
    });
    await changeAccount(database.db, { account: 'main', change: 'back', reason: 'it has moved', now: MONDAY });
    expect(await deliver({ sendId, now: MONDAY + HOUR }, async () => mailOfRep(sendId))).toEqual({ status: 'taken' });
    expect(await changesOf('main')).toEqual(['out', 'back']);
  });
});

/** The mails of a mailing or more, each sent when its time has come, until all are settled. */
async function sendAll(mailings: readonly Mailing[], from: number): Promise<void> {
  let coming = mailings.map((mailing) => ({ mailing, at: from, isFirst: true }));
  for (let rounds = 0; coming.length > 0; rounds += 1) {
    if (rounds > 500) throw new Error('the mails do not come to an end');
    const sorted = coming.toSorted((a, b) => a.at - b.at);
    const batch = sorted.slice(0, 10);
    const sent = await Promise.all(
      batch.map(async ({ mailing, at, isFirst }) => {
        const one = isFirst ? mailing : await later(mailing, at);
        const { move } = await sendMail(deps, one);
        const { status } = await sendOf(one);
        return status === 'deferred' && move.type === 'await'
          ? [{ mailing: one, at: move.until ?? 0, isFirst: false }]
          : [];
      }),
    );
    coming = [...sorted.slice(10), ...sent.flat()];
  }
}

async function manyMailings(count: number, now = MONDAY): Promise<readonly Mailing[]> {
  const like = await aMailing(database.db);
  const clones = await (await clonerOf(database.db, like))(count);
  return Promise.all(
    clones.map(async ({ journeyId }) => ({
      ...like,
      journeyId,
      request: await requestOf(database.db, journeyId, now),
    })),
  );
}

// INV-ONE-MAIL
test('one of two accounts dies amid 200 mails: each is taken once, none is burnt by it, and it is probed and comes back', async () => {
  let isDown = false;
  let taken = 0;
  const dying: Director = (moment) => {
    if (moment.verb === 'dot' && ++taken === 40) isDown = true;
    return whenDown(() => isDown)(moment);
  };
  await serve({ main: { rest: { after: 5, for: '1m' } }, scripts: { main: dying } });
  const mailings = await manyMailings(200);
  await sendAll(mailings, MONDAY);
  const keys = mailings.map(({ request }) => request.key);
  const sends = await database.db.send.findMany({ where: { id: { in: keys } } });
  expect(sends.every(({ status, attempts }) => status === 'accepted' && attempts === 1)).toBe(true);
  const ids = ['main', 'news'].flatMap(messagesOf).map((message) => /^Message-ID: <([^@]+)@/m.exec(message)?.[1]);
  expect(ids).toHaveLength(200);
  expect(new Set(ids)).toEqual(new Set(sends.map(({ id }) => id)));
  expect(messagesOf('main').length).toBeLessThan(60);
  const attempts = await database.db.sendAttempt.groupBy({ by: ['outcome'], where: { sendId: { in: keys } } });
  expect(attempts.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'put_off', 'unreachable']);
  isDown = false;
  const before = messagesOf('main').length;
  const others = await manyMailings(20, MONDAY + 2 * HOUR);
  await sendAll(others, MONDAY + 2 * HOUR);
  expect(messagesOf('main').length).toBeGreaterThan(before);
  expect(await standsAs('main', MONDAY + 2 * HOUR)).toBe('in_use');
  const changes = await changesOf('main');
  expect([changes[0], changes.at(-1)]).toEqual(['rests', 'works']);
});

describe('the rates of an account', () => {
  // INV-ACCOUNT-RATE
  test('hold for all workers at once; who is over them waits for a slot, and says so', async () => {
    await serve({ main: { rates: { perHour: 3 } }, ...ONLY_MAIN });
    const mailings = await someMailings(8);
    await Promise.all(mailings.map((mailing) => sendMail(deps, mailing)));
    const sends = await Promise.all(mailings.map(sendOf));
    const turns = sends.map(({ status, accountSlot }) => `${status} ${accountSlot?.toISOString().slice(11, 16) ?? ''}`);
    expect(turns.sort()).toEqual([
      ...['accepted ', 'accepted ', 'accepted '],
      ...['deferred 13:00', 'deferred 13:10', 'deferred 13:20', 'deferred 14:00', 'deferred 14:10'],
    ]);
    const index = sends.findIndex(({ accountSlot }) => accountSlot?.getTime() === MONDAY + HOUR + 10 * MINUTE);
    const waiting = mailings[index];
    if (!waiting) throw new Error('one waits for ten past one');
    const reason = 'account "main" has sent or promised all that its rates allow before 2026-01-05 13:10 UTC';
    expect(await sendOf(waiting)).toMatchObject({ reason, attempts: 0, account: 'main' });
    expect(
      await database.db.decision.findFirst({ where: { contactId: waiting.contactId, kind: 'defer' } }),
    ).toMatchObject({ reason });
    const latecomer = await aMailing(database.db);
    await sendMail(deps, { request: { ...latecomer.request, now: MONDAY + HOUR } });
    expect((await sendOf(latecomer)).accountSlot?.toISOString()).toContain('14:20');
    await sendMail(deps, await later(waiting, MONDAY + HOUR + 10 * MINUTE));
    expect(await sendOf(waiting)).toMatchObject({ status: 'accepted', accountSlot: null });
    const receipt = await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
    await sendMail(deps, { request: { ...receipt.request, now: MONDAY + HOUR + 11 * MINUTE } });
    expect(await sendOf(receipt)).toMatchObject({ status: 'accepted' }); // its recipient waits: it stands in no line
  });

  test('let no more mails be on their way at once than it takes, of all workers together', async () => {
    let [under, most] = [0, 0];
    const counting: Director = ({ verb }) => {
      if (verb === 'body') most = Math.max(most, ++under);
      if (verb === 'dot') under -= 1;
      return undefined;
    };
    await serve({ main: { rates: { atOnce: 2 } }, ...ONLY_MAIN, scripts: { main: counting } });
    const mailings = await someMailings(8);
    await Promise.all(mailings.map((mailing) => sendMail(deps, mailing)));
    expect((await Promise.all(mailings.map(sendOf))).map(({ status }) => status)).toEqual(
      mailings.map(() => 'accepted'),
    );
    expect(most).toBeLessThanOrEqual(2);
  });

  test('defer a mail for which there is no connection for long, and give up no try', async () => {
    const stalling: Script = [{ MAIL: 'stall' }];
    await serve({ main: { rates: { atOnce: 1 } }, ...ONLY_MAIN, scripts: { main: stalling } });
    const [first, second] = await someMailings(2);
    if (!first || !second) throw new Error('there are two');
    const stuck = sendMail(deps, first).catch(() => undefined);
    await servers.main?.hears('MAIL');
    expect(dueOf(await sendMail({ ...deps, fullWaitMs: 0 }, second))).toBe(MONDAY + MINUTE);
    expect(await sendOf(second)).toMatchObject({
      status: 'deferred',
      attempts: 0,
      reason: 'account "main" has mails on their way: 1, which is all that it takes at once',
    });
    servers.main?.dropAll();
    await stuck;
  });
});

test('where accounts do not apply, as in a rehearsal, mail goes the one way, whatever the rules say', async () => {
  await serve();
  const url = servers.main?.url ?? '';
  const plain = mailDeps(database.db, url, { turn: deps.turn });
  const mailing = await aMailing(database.db);
  await sendMail(plain, mailing);
  await plain.transport.close();
  expect(messagesOf('main')[0]).toContain('From: Viva <viva@viva.example>');
  expect(await sendOf(mailing)).toMatchObject({ account: null });
});
