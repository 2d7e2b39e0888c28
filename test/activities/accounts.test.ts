import { createDeliver } from '../../src/activities/deliver';
import type { MailDeps } from '../../src/activities/send-mail';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { newId } from '../../src/domain/ids';
import { createAccountTransport } from '../../src/mail/account';
import { newDkimKey, readDkimKey } from '../../src/mail/dkim-key';
import { transaction } from '../../src/store/db';
import { takeTurn } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aMailing, MAILING, type Mailing, mailDeps, requestOf, sendMail } from '../support/mailing';
import { type Script, type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';
import { mailOfRep } from '../support/sender-task';

const database = testDatabase(20);
let servers: { readonly [account: string]: ScriptedSmtp } = {};
let deps: MailDeps;
afterEach(async () => {
  await deps.transport.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  await database.db.accountDay.deleteMany();
});

interface Serving {
  /** Of the accounts main and news, beyond what each has. */
  readonly main?: object;
  readonly news?: object;
  readonly scripts?: { readonly [account: string]: Script };
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
