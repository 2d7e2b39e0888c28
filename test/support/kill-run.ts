import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import type { LedgerMoment } from '../../src/activities/send-mail';
import { waitUntil } from '../../src/runtime/processes';
import { type Db, transaction } from '../../src/store/db';
import { listAttempts } from '../../src/store/send-attempts';
import { listUncertain } from '../../src/store/sends';
import { publishTemplate } from '../../src/store/templates';
import { MONDAY } from './builders';
import { bundleOf } from './bundle';
import { type ClonedMailing, type Cloner, clonerOf } from './clone-mailings';
import { type Delivered, type DeliveryLog, deliveriesAt } from './delivery-log';
import type { MailerOrder } from './mailer-child';
import { aMailing, TEMPLATES } from './mailing';

/** How one life of the mailer ends: by itself at a moment of the ledger, or from outside when its server has heard so much. */
type Kill =
  | { readonly type: 'at'; readonly moment: LedgerMoment; readonly nth: number }
  | { readonly type: 'heard'; readonly nth: number };

const MOMENTS: readonly LedgerMoment[] = [
  'begun',
  'claiming',
  'claimed',
  'asked',
  'dispatching',
  'replied',
  'settling',
  'settled',
];
const kills: fc.Arbitrary<Kill> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('at' as const),
      moment: fc.constantFrom(...MOMENTS),
      nth: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('heard' as const), nth: fc.integer({ min: 1, max: 150 }) }) },
);

/** What a run of kills has come to. */
export interface KillReport {
  readonly seed: number;
  readonly kills: number;
  readonly sends: number;
  /** Whole messages that the server may have kept. */
  readonly messages: number;
  /** Mails that were sent again though no try of them was in doubt. */
  readonly duplicates: number;
  /** Sends that stand as nothing final, or as sent and never came to the server. */
  readonly silentLosses: number;
  /** What is known of the first few that went wrong. */
  readonly wrong: readonly string[];
  /** Bodies that began to leave before the ledger said so. */
  readonly early: number;
  /** Mails in doubt: as the ledger lists them, and as the server saw it. */
  readonly unknownListed: number;
  readonly unknownExpected: number;
  /** Of the two lists, what stands on one alone. */
  readonly unknownDifferent: readonly string[];
  /** Copies of transactional mails that went out because the first was in doubt. */
  readonly copiesAgain: number;
  readonly seconds: number;
}

export interface KillRun {
  readonly db: Db;
  readonly databaseUrl: string;
  readonly seed: number;
  readonly kills: number;
}

const LEASE_MS = 150;
const AT_ONCE = 8;
/** Open journeys that a life should find: more than it comes to. */
const OPEN = 40;
const BATCH = 60;

/** Kills a mailer again and again, lets the last one end, and compares what the server saw with what the ledger says. */
export async function runKills({ db, databaseUrl, seed, kills: count }: KillRun): Promise<KillReport> {
  const begunAt = performance.now();
  const log = await deliveriesAt(seed);
  const templates = await templatesFor(db);
  const mailings: ClonedMailing[] = [];
  const expected = new Set<string>();
  let early = 0;
  let next = aMailer();
  try {
    for (const kill of fc.sample(kills, { numRuns: count, seed })) {
      if ((await openCount(db)) < OPEN) mailings.push(...(await moreMailings(templates)));
      const mailer = next;
      next = aMailer(); // it starts while the other one works
      await lived(await mailer, { databaseUrl, log, kill });
      await settledBackends(db);
      const rows = await rowsInHand(db);
      const inHand = mailings.filter(({ sendId }) => rows.has(sendId));
      for (const { sendId, purpose } of inHand)
        if (rows.get(sendId)?.status === 'dispatching' && endsInDoubt(purpose, rows.get(sendId))) expected.add(sendId);
      // what the ledger does not know to have left must not have left since it was claimed
      early += inHand.filter(
        ({ sendId, email }) => rows.get(sendId)?.status !== 'dispatching' && log.hasOpenBody(email),
      ).length;
    }
    await lived(await next, { databaseUrl, log, kill: undefined });
  } finally {
    (await next).child.kill();
    await log.stop();
  }
  const seconds = Math.round((performance.now() - begunAt) / 100) / 10;
  return { ...(await compared(db, { mailings, expected, log })), early, seed, kills: count, seconds };
}

interface Templates {
  readonly marketing: Cloner;
  readonly transactional: Cloner;
}

async function templatesFor(db: Db): Promise<Templates> {
  for (const template of ['hello', 'receipt']) {
    const content = TEMPLATES.content(template);
    if (content) await transaction(db, (tx) => publishTemplate(tx, { template, content, now: MONDAY }));
  }
  return {
    marketing: await clonerOf(db, await aMailing(db)),
    transactional: await clonerOf(
      db,
      await aMailing(db, { purpose: 'transactional', template: 'receipt', consent: false }),
    ),
  };
}

async function moreMailings({ marketing, transactional }: Templates): Promise<readonly ClonedMailing[]> {
  const third = Math.round(BATCH / 3);
  return [...(await marketing(BATCH - third)), ...(await transactional(third))];
}

/** A process that has started, and waits for its order. */
interface Waiting {
  readonly child: ChildProcess;
  readonly ended: Promise<readonly unknown[]>;
}

async function aMailer(): Promise<Waiting> {
  const child = spawn(process.execPath, [await bundleOf('test/support/mailer-child.ts')], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return { child, ended: once(child, 'exit') };
}

interface Life {
  readonly databaseUrl: string;
  readonly log: DeliveryLog;
  /** Undefined: it ends when it has done all. */
  readonly kill: Kill | undefined;
}

/** Lets a mailer work until it dies. */
async function lived({ child, ended }: Waiting, { databaseUrl, log, kill }: Life): Promise<void> {
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', MAILER);
  const dieAt = kill?.type === 'at' ? { dieAt: { moment: kill.moment, nth: kill.nth } } : {};
  const order: MailerOrder = { databaseUrl: url.href, smtpUrl: log.url, leaseMs: LEASE_MS, atOnce: AT_ONCE, ...dieAt };
  let heard = 0;
  log.beginLife(() => {
    heard += 1;
    if (kill?.type === 'heard' && heard === kill.nth) child.kill('SIGKILL');
  });
  child.stdin?.write(`${JSON.stringify(order)}\n`);
  const [code, signal] = await ended;
  if (kill === undefined ? code !== 0 : signal !== 'SIGKILL') throw new Error(`the mailer ended by ${signal ?? code}`);
}

const MAILER = 'mailer';

/** What a dead process had sent to PostgreSQL may still be carried out. */
async function settledBackends(db: Db): Promise<void> {
  const isQuiet = async () => {
    const [row] = await db.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = ${MAILER} AND datname = current_database()`;
    return row?.n === 0;
  };
  if (!(await waitUntil(isQuiet, 10_000))) throw new Error('connections of a dead mailer stay open');
}

async function openCount(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM journey WHERE status = 'running' AND last_turn #>> '{move,stepId}' = 'first'`;
  return row?.n ?? 0;
}

interface InHand {
  readonly status: string;
  /** Before the try that is under way. */
  readonly attempts: number;
}

/** Sends that are not settled, and how they stand; `heard`: dispatching, with a noted reply. */
async function rowsInHand(db: Db): Promise<ReadonlyMap<string, InHand>> {
  const rows = await db.$queryRaw<(InHand & { id: string })[]>`
    SELECT id, CASE WHEN heard IS NULL THEN status ELSE 'heard' END AS status, attempts
    FROM send WHERE status IN ('planned', 'claimed', 'dispatching')`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** A transactional mail goes out again while it has tries left. */
const MOST_TRIES = 5;

/** Whether a send whose try was broken off after the 354 is given up: marketing at once, others with their last try. */
const endsInDoubt = (purpose: string, { attempts } = { attempts: 0 }): boolean =>
  purpose === 'marketing' || attempts + 1 >= MOST_TRIES;

/** Whether the server broke off the conversation that counts: of marketing there is no other after it. */
const brokenOff = (delivered: readonly Delivered[], purpose: string): boolean =>
  purpose === 'marketing' ? delivered.some(({ isBrokenOff }) => isBrokenOff) : delivered.at(-1)?.isBrokenOff === true;

interface Ended {
  readonly mailings: readonly ClonedMailing[];
  readonly expected: Set<string>;
  readonly log: DeliveryLog;
}

type Compared = Omit<KillReport, 'seed' | 'kills' | 'seconds' | 'early'>;

async function compared(db: Db, { mailings, expected, log }: Ended): Promise<Compared> {
  const rows = await db.$queryRaw<{ id: string; status: string; attempts: number; doubts: number }[]>`
    SELECT s.id, s.status, s.attempts, (SELECT count(*)::int FROM send_attempt a WHERE a.send_id = s.id AND a.reached = 'dispatching') AS doubts
    FROM send s`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  let [duplicates, messages, copiesAgain] = [0, 0, 0];
  const lost: string[] = [];
  for (const { sendId, email, purpose } of mailings) {
    const { status = 'missing', doubts = 0, attempts = 0 } = byId.get(sendId) ?? {};
    const delivered = log.of(email);
    const kept = delivered.filter(({ mayBeKept }) => mayBeKept).length;
    messages += kept;
    const isMarketing = purpose === 'marketing';
    if (!isMarketing) copiesAgain += Math.max(0, kept - 1);
    if (kept > (isMarketing ? 1 : 1 + doubts)) duplicates += 1;
    if (isLost({ status, delivered, doubts })) lost.push(sendId);
    if (brokenOff(delivered, purpose) && endsInDoubt(purpose, { attempts: attempts - 1 })) expected.add(sendId);
  }
  const own = new Set(mailings.map(({ sendId }) => sendId));
  const listed = new Set((await listUncertain(db)).flatMap(({ id }) => (own.has(id) ? [id] : [])));
  const unknownDifferent = [...own].filter((id) => listed.has(id) !== expected.has(id));
  const wrong = await Promise.all([...lost, ...unknownDifferent].slice(0, 20).map((id) => toldOf(db, id)));
  return {
    sends: mailings.length,
    messages,
    duplicates,
    silentLosses: lost.length,
    wrong,
    unknownListed: listed.size,
    unknownExpected: expected.size,
    unknownDifferent,
    copiesAgain,
  };
}

/** How a send stands, and each of its tries. */
async function toldOf(db: Db, id: string): Promise<string> {
  const { status, purpose, reason } = await db.send.findUniqueOrThrow({ where: { id } });
  const tries = await listAttempts(db, id);
  const told = tries.map(({ outcome, reached, problem }) => `${outcome} ${reached} "${problem}"`);
  return `${id} ${purpose}: ${status} "${reason}": ${told.join(', ')}`;
}

interface Standing {
  readonly status: string;
  readonly delivered: readonly Delivered[];
  /** Tries that may have arrived. */
  readonly doubts: number;
}

/** Stands as nothing final; or as accepted, and no whole message came; or as refused, and one was taken that was in no doubt. */
function isLost({ status, delivered, doubts }: Standing): boolean {
  if (status === 'accepted') return !delivered.some(({ isTaken }) => isTaken);
  if (status === 'unknown') return delivered.length === 0; // no 354 was ever given
  return !(status === 'rejected' && (doubts > 0 || !delivered.some(({ mayBeKept }) => mayBeKept)));
}
