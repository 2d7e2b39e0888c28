import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx, transaction } from './db';
import { instantParam, millis } from './fact-columns';
import { enqueueLater } from './outbox';
import { findPause, type PauseEntry, writeEnd } from './pauses';

export interface Resume {
  readonly pauseId: string;
  /** Who ends it. */
  readonly by: string;
  /** Business time. */
  readonly now: Instant;
  /** Journeys woken per minute. */
  readonly perMinute: number;
  /** Gives those that wait to be woken new times, at this pace. Else they keep theirs. */
  readonly isPacedAnew?: boolean;
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
export async function endPause(db: Db, { pauseId, by, now, perMinute, isPacedAnew }: Resume): Promise<Resumed> {
  await findPause(db, pauseId);
  await writeEnd(db, { pauseId, by, now });
  if (isPacedAnew) await transaction(db, (tx) => forgetTimes(tx, pauseId));
  const held = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM journey WHERE held_by = ${pauseId}::uuid AND status = 'running' ORDER BY id`;
  let waking = 0;
  for (let at = 0; at < held.length; at += CHUNK) {
    const ids = held.slice(at, at + CHUNK).map(({ id }) => id);
    waking += await transaction(db, (tx) => wakeSome(tx, { pauseId, perMinute, ids }));
  }
  const pause = await findPause(db, pauseId);
  return { pause, waking, wakesTill: pause.wakesTill };
}

/** Takes back the jobs that wait to wake its journeys: whoever is killed now has still ended the pause, and can do the same again. */
async function forgetTimes(tx: Tx, pauseId: string): Promise<void> {
  await tx.$executeRaw`UPDATE pause SET wakes_till = NULL WHERE id = ${pauseId}::uuid`;
  await tx.$queryRaw`
    SELECT count(*) FROM graphile_worker.complete_jobs(ARRAY(
      SELECT o.id FROM journey j JOIN graphile_worker.jobs o ON o.key = 'resume:' || j.id
      WHERE j.held_by = ${pauseId}::uuid AND o.locked_at IS NULL))`;
}

interface Waking extends Pick<Resume, 'pauseId' | 'perMinute'> {
  readonly ids: readonly string[];
}

/** Some of them, each with its time behind the one before. The pause's row is locked, so two at once take turns. */
async function wakeSome(tx: Tx, { pauseId, perMinute, ids }: Waking): Promise<number> {
  const apartMs = MINUTE_MS / perMinute;
  const [row] = await tx.$queryRaw<{ now: number; last: number | null }[]>`
    SELECT ${millis(Prisma.sql`clock_timestamp()`)} AS now, ${millis(Prisma.sql`wakes_till`)} AS last
    FROM pause WHERE id = ${pauseId}::uuid FOR UPDATE`;
  const { now = 0, last = null } = row ?? {};
  const first = Math.max(Math.ceil(now), last === null ? 0 : Math.ceil(last + apartMs));
  const jobs = (await withoutJob(tx, { pauseId, ids })).map((id, index) => ({
    task: 'poke' as const,
    payload: { workflow: `journey:${id}`, seq: 0 },
    runAt: Math.ceil(first + index * apartMs),
    key: `resume:${id}`,
  }));
  await enqueueLater(tx, jobs);
  const end = jobs.at(-1)?.runAt;
  if (end !== undefined)
    await tx.$executeRaw`UPDATE pause SET wakes_till = ${instantParam(end)} WHERE id = ${pauseId}::uuid`;
  return jobs.length;
}

/** Those that are held still and have no job that wakes them. One that is being run does not count: it may have come before this end. */
async function withoutJob(tx: Tx, { pauseId, ids }: Pick<Waking, 'pauseId' | 'ids'>): Promise<readonly string[]> {
  // a plan from when the outbox was empty would read all of it for each journey
  await tx.$executeRaw`SET LOCAL plan_cache_mode = force_custom_plan`;
  const rows = await tx.$queryRaw<{ id: string; has_job: boolean | null }[]>`
    SELECT j.id, (SELECT o.locked_at IS NULL FROM graphile_worker.jobs o WHERE o.key = 'resume:' || j.id) AS has_job
    FROM journey j
    WHERE j.id = ANY(${[...ids]}::uuid[]) AND j.held_by = ${pauseId}::uuid AND j.status = 'running' ORDER BY j.id`;
  return rows.filter((one) => one.has_job !== true).map(({ id }) => id);
}
