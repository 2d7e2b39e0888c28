import { createDeliver } from '../../src/activities/deliver';
import type { MailDeps } from '../../src/activities/send-mail';
import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { listAttempts } from '../../src/store/send-attempts';
import { listUncertain, readSend } from '../../src/store/sends';
import { publishTemplate } from '../../src/store/templates';
import { MONDAY } from '../support/builders';
import { removeBundles } from '../support/bundle';
import { testDatabase } from '../support/database';
import { runKills } from '../support/kill-run';
import { aMailing, type Mailing, mailDeps, sendMail, TEMPLATES } from '../support/mailing';
import { type Deed, type ScriptedSmtp, scriptedSmtp, type Verb } from '../support/scripted-smtp';
import { startSender } from '../support/sender';
import { type Death, mailOfRep, type SenderTask } from '../support/sender-task';

const database = testDatabase(10);
const LEASE_MS = 300;

type Policy = 'marketing' | 'transactional' | 'rep';

/** A place in the life of a send where its process is killed, what that leaves behind, and what comes of it. */
interface CrashPoint {
  readonly name: string;
  readonly standAt: Death;
  /** Of the server on its first connection. */
  readonly deeds?: { readonly [V in Verb]?: Deed };
  readonly left: string;
  /** Messages that the server has in the end. */
  readonly marketing: { readonly status: string; readonly copies: number };
  /** Of transactional mails and of mails to reps. */
  readonly others: { readonly copies: number };
  /** What the ledger says of the try that was lost. */
  readonly reached?: 'claimed' | 'dispatching' | 'replied';
}

const once = { marketing: { status: 'accepted', copies: 1 }, others: { copies: 1 } } as const;
const nowhere = { marketing: { status: 'unknown', copies: 0 }, others: { copies: 1 } } as const;
const arrived = { marketing: { status: 'unknown', copies: 1 }, others: { copies: 2 } } as const;
const inDoubt = { left: 'dispatching', reached: 'dispatching' } as const;

const POINTS: readonly CrashPoint[] = [
  { name: 'before it is claimed', standAt: 'begun', left: 'planned', ...once },
  { name: 'in the transaction that claims it', standAt: 'claiming', left: 'planned', ...once },
  { name: 'when it is claimed', standAt: 'claimed', left: 'claimed', reached: 'claimed', ...once },
  { name: 'when the server has answered 354', standAt: 'asked', left: 'claimed', reached: 'claimed', ...once },
  { name: 'before the first byte of the body', standAt: 'dispatching', ...inDoubt, ...nowhere },
  { name: 'after its headers', standAt: 'never', deeds: { head: 'stall' }, ...inDoubt, ...nowhere },
  { name: 'in the midst of the body', standAt: 'never', deeds: { half: 'stall' }, ...inDoubt, ...nowhere },
  { name: 'after the final dot', standAt: 'never', deeds: { dot: 'stall' }, ...inDoubt, ...arrived },
  { name: 'when the server has replied', standAt: 'replied', ...inDoubt, ...arrived },
  { name: 'when the reply is noted', standAt: 'noted', left: 'dispatching', reached: 'replied', ...once },
  { name: 'in the transaction that settles it', standAt: 'settling', ...inDoubt, ...arrived },
  { name: 'when it is settled', standAt: 'settled', left: 'accepted', reached: 'replied', ...once },
];

interface Case {
  readonly point: CrashPoint;
  readonly policy: Policy;
  readonly sendId: string;
  readonly server: ScriptedSmtp;
  readonly task: SenderTask;
  readonly mailing?: Mailing;
}

async function aCase(point: CrashPoint, policy: Policy): Promise<Case> {
  const server = await scriptedSmtp([point.deeds ?? {}]);
  const where = { smtpUrl: server.url, standAt: point.standAt };
  if (policy === 'rep') {
    const task = { ...where, type: 'rep', sendId: newId(), now: MONDAY } as const;
    return { point, policy, server, sendId: task.sendId, task };
  }
  const isMarketing = policy === 'marketing';
  const mailing = await aMailing(
    database.db,
    isMarketing ? {} : { purpose: 'transactional', template: 'receipt', consent: false },
  );
  const { request } = mailing;
  return { point, policy, server, sendId: request.key, task: { ...where, type: 'journey', request }, mailing };
}

const rowOf = (sendId: string) => database.db.send.findUnique({ where: { id: sendId } });
const isListed = async (sendId: string) => (await listUncertain(database.db)).some(({ id }) => id === sendId);
const copiesIn = ({ server, sendId }: Case) =>
  server.messages.filter((message) => message.includes(`Message-ID: <${sendId}@viva.example>`)).length;
const NAMES = ['hello', 'receipt', 'rep-handoff'];

let cases: readonly Case[] = [];
/** All mails at once: each stands at its point, and one SIGKILL ends them. */
beforeAll(async () => {
  for (const template of NAMES) {
    const content = TEMPLATES.content(template);
    if (content) await transaction(database.db, (tx) => publishTemplate(tx, { template, content, now: MONDAY }));
  }
  const wanted = POINTS.flatMap((point) =>
    (['marketing', 'transactional', 'rep'] as const).map((policy) => [point, policy] as const),
  );
  cases = await Promise.all(wanted.map((one) => aCase(...one)));
  const tasks = cases.map(({ task }) => task);
  const sender = await startSender({ databaseUrl: database.url, leaseMs: LEASE_MS, tasks });
  await sender.stands(tasks.filter(({ standAt }) => standAt !== 'never').length);
  await Promise.all(
    cases.flatMap(({ point, server }) => Object.keys(point.deeds ?? {}).map((verb) => server.hears(verb as Verb))), // its own keys
  );
  await sender.kill();
});
afterAll(async () => {
  await Promise.all(cases.map(({ server }) => server.stop()));
  await removeBundles();
});

const caseOf = (name: string, policy: Policy): Case => {
  const found = cases.find((one) => one.point.name === name && one.policy === policy);
  if (!found) throw new Error(`no case ${name} of ${policy}`);
  return found;
};

/** The lease of a dead process ends by itself; transactions that it left open are rolled back. */
const isFree = (sendId: string) => async () => {
  const row = await transaction(database.db, (tx) => readSend(tx, sendId));
  return row === undefined || row.leaseLeftMs === 0;
};

async function carriedOn({ task, server, mailing }: Case, work: (deps: MailDeps) => Promise<void>): Promise<void> {
  const deps = mailDeps(database.db, server.url, { leaseMs: LEASE_MS });
  try {
    await work(deps);
  } finally {
    await deps.transport.close();
  }
  if (!mailing && task.type === 'journey') throw new Error('a mail of a journey has a mailing');
}

// INV-ONE-MAIL
// INV-SEND-ENDS
describe.each(POINTS)('a sender that is killed $name', ({ name, left, marketing, others, reached }) => {
  const lostTry = reached === undefined ? [] : [{ reached }];

  it(`leaves ${left}; another one sends marketing once at most: ${marketing.status}`, async () => {
    const one = caseOf(name, 'marketing');
    const { sendId, mailing } = one;
    if (!mailing) throw new Error('it is a mail of a journey');
    expect(await waitUntil(isFree(sendId), 5_000)).toBe(true);
    expect(await rowOf(sendId)).toMatchObject({ status: left });
    expect(await isListed(sendId)).toBe(marketing.status === 'unknown'); // from the moment at which its worker is gone
    await carriedOn(one, async (deps) => {
      const turn = await sendMail(deps, mailing);
      expect(turn).toMatchObject({ turn: 2, move: { stepId: 'rest' } });
      expect(await sendMail(deps, mailing)).toEqual(turn);
    });
    expect(copiesIn(one)).toBe(marketing.copies);
    expect(await rowOf(sendId)).toMatchObject({ status: marketing.status });
    expect(await isListed(sendId)).toBe(marketing.status === 'unknown');
    expect(await listAttempts(database.db, sendId)).toMatchObject([
      ...lostTry,
      ...(marketing.status === 'accepted' && reached !== 'replied'
        ? [{ outcome: 'accepted', reached: 'replied' }]
        : []),
    ]);
  });

  it(`leaves ${left}; what a recipient waits for goes out, with one Message-ID: ${others.copies}`, async () => {
    const one = caseOf(name, 'transactional');
    const { sendId, mailing } = one;
    if (!mailing) throw new Error('it is a mail of a journey');
    expect(await waitUntil(isFree(sendId), 5_000)).toBe(true);
    expect(await rowOf(sendId)).toMatchObject({ status: left });
    await carriedOn(one, async (deps) =>
      expect(await sendMail(deps, mailing)).toMatchObject({ turn: 2, move: { stepId: 'rest' } }),
    );
    expect([copiesIn(one), one.server.messages.length]).toEqual([others.copies, others.copies]);
    expect(await rowOf(sendId)).toMatchObject({ status: 'accepted' });
    const told = await database.db.decision.findMany({
      where: { contactId: mailing.contactId, outcome: 'sent again' },
    });
    expect(told).toHaveLength(reached === 'dispatching' ? 1 : 0);
    expect(told.some(({ reason }) => /reads differently/.test(reason))).toBe(false);
  });

  it(`leaves a mail to a rep, which goes out with one Message-ID: ${others.copies}`, async () => {
    const one = caseOf(name, 'rep');
    const { sendId } = one;
    const send = { sendId, now: MONDAY };
    expect(await waitUntil(isFree(sendId), 5_000)).toBe(true);
    expect((await rowOf(sendId))?.status ?? 'planned').toBe(left); // its row is made by its claim
    expect(await isListed(sendId)).toBe(reached === 'dispatching');
    await carriedOn(one, async (deps) => {
      const deliver = () => createDeliver(deps)(send, async () => mailOfRep(sendId));
      expect([await deliver(), await deliver()]).toEqual([{ status: 'taken' }, { status: 'taken' }]);
    });
    expect([copiesIn(one), one.server.messages.length]).toEqual([others.copies, others.copies]);
    expect(await rowOf(sendId)).toMatchObject({ status: 'accepted' });
  });
});

const KILLS = Number(process.env.KILLS ?? 15);
const SEED = Number(process.env.KILLS_SEED ?? 20261130);

// INV-ONE-MAIL
// INV-SEND-ENDS
test(`a mailer that is killed ${KILLS} times by chance sends nothing twice and loses nothing (seed ${SEED})`, async () => {
  const report = await runKills({ db: database.db, databaseUrl: database.url, seed: SEED, kills: KILLS });
  process.stderr.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ kills: KILLS, duplicates: 0, silentLosses: 0, early: 0, unknownDifferent: [] });
  expect(report.messages).toBeGreaterThan(KILLS); // a control: mails did go out
  expect(report.unknownListed).toBe(report.unknownExpected);
}, 180_000);
