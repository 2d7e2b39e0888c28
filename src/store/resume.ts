import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx, transaction } from './db';
import { instantParam, millis } from './fact-columns';
import { enqueueLater } from './outbox';
import { findPause, type PauseEntry } from './pauses';

export interface Resume {
  readonly pauseId: string;
  /** Who ends it. */
  readonly by: string;
  /** Business time. */
  readonly now: Instant;
  /** Journeys woken per minute. */
  readonly perMinute: number;
}

export interface Resumed {
  readonly pause: PauseEntry;
  /** Journeys that this call has asked to be woken. */
  readonly waking: number;
  /** Real time: when the last of all that it held is woken; null: it held none. */
  readonly wakesTill: Instant | null;
}

/** So many jobs are written in one transaction: its locks are short, whatever the number of journeys. */
const CHUNK = 1_000;
const MINUTE_MS = 60_000;

/**
 * Ends a pause, and wakes the journeys that it holds, no more than so many per minute, and nobody else. Repeated, it wakes those
 * that have no such job yet, behind the others. Throws VIV_PAUSE_UNKNOWN.
 */
export async function endPause(db: Db, { pauseId, by, now, perMinute }: Resume): Promise<Resumed> {
  await findPause(db, pauseId);
  // committed before journeys are looked for: a journey that is being held meanwhile either is seen or sees it (confirmHold)
  await transaction(
    db,
    (tx) => tx.$executeRaw`
      UPDATE pause SET ended_at = greatest(since, ${instantParam(now)}), ended_by = ${by}
      WHERE id = ${pauseId}::uuid AND ended_at IS NULL`,
  );
  let waking = 0;
  for (let count = CHUNK; count === CHUNK; waking += count)
    count = await transaction(db, (tx) => wakeSome(tx, { pauseId, perMinute }));
  const pause = await findPause(db, pauseId);
  return { pause, waking, wakesTill: pause.wakesTill };
}

/** The next ones, each with its time behind the one before. The pause's row is locked, so two at once take turns. */
async function wakeSome(tx: Tx, { pauseId, perMinute }: Pick<Resume, 'pauseId' | 'perMinute'>): Promise<number> {
  const apartMs = MINUTE_MS / perMinute;
  const [row] = await tx.$queryRaw<{ now: number; last: number | null }[]>`
    SELECT ${millis(Prisma.sql`clock_timestamp()`)} AS now, ${millis(Prisma.sql`wakes_till`)} AS last
    FROM pause WHERE id = ${pauseId}::uuid FOR UPDATE`;
  const { now = 0, last = null } = row ?? {};
  const first = Math.max(Math.ceil(now), last === null ? 0 : Math.ceil(last + apartMs));
  // a job that is being run does not count: it may have been before the pause that ends now
  const journeys = await tx.$queryRaw<{ id: string }[]>`
    SELECT j.id FROM journey j
    WHERE j.held_by = ${pauseId}::uuid AND j.status = 'running' AND NOT EXISTS (
      SELECT 1 FROM graphile_worker.jobs o WHERE o.key = 'resume:' || j.id AND o.locked_at IS NULL)
    ORDER BY j.id LIMIT ${CHUNK}`;
  const jobs = journeys.map(({ id }, index) => ({
    task: 'poke' as const,
    payload: { workflow: `journey:${id}`, seq: 0 },
    runAt: Math.ceil(first + index * apartMs),
    key: `resume:${id}`,
  }));
  await enqueueLater(tx, jobs);
  const end = jobs.at(-1)?.runAt;
  if (end !== undefined)
    await tx.$executeRaw`UPDATE pause SET wakes_till = ${instantParam(end)} WHERE id = ${pauseId}::uuid`;
  return journeys.length;
}
