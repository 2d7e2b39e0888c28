import { failure } from '../domain/errors';
import { type Instant, newId } from '../domain/ids';
import type { Pause, PauseMode } from '../domain/pause/pause';
import { type Db, Prisma, type Tx, transaction } from './db';
import { instantParam, millis, PAUSE } from './fact-columns';
import { enqueue } from './outbox';
import { findNewest } from './sequences';

/** What a pause stops. */
export type PauseTarget =
  | { readonly type: 'everything' }
  | { readonly type: 'sequence'; readonly sequence: string }
  | { readonly type: 'contact'; readonly contactId: string };

/** A pause on record. */
export interface PauseEntry extends Pause {
  readonly sequence: string | null;
  /** Address of the contact that it stops. */
  readonly contact: string | null;
  readonly begunBy: string;
  readonly endedBy: string | null;
  /** Journeys that it holds now, also after its end: those that have not been woken yet. */
  readonly held: number;
  /** Real time: when the last journey that it held is woken; null: none has been asked to. */
  readonly wakesTill: Instant | null;
}

export interface NewPause {
  readonly target: PauseTarget;
  readonly mode: PauseMode;
  /** For whoever asks why. */
  readonly reason: string;
  /** Who begins it. */
  readonly by: string;
  readonly now: Instant;
}

/**
 * Begins a pause; journeys meet it when they look next, so nobody is woken. One of the same target and mode that lasts is answered
 * as it is. Throws VIV_SEQUENCE_UNKNOWN.
 */
export async function beginPause(
  db: Db,
  { target, mode, reason, by, now }: NewPause,
): Promise<{ readonly pause: PauseEntry; readonly isNew: boolean }> {
  return transaction(db, async (tx) => {
    if (target.type === 'sequence') await findNewest(tx, target.sequence);
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('pause', 0))`; // two at once are one
    const [old] = await read(tx, Prisma.sql`p.ended_at IS NULL AND p.mode = ${mode} AND ${isOf(target)}`);
    if (old) return { pause: old, isNew: false };
    const id = newId();
    const [sequence, contactId] = [
      target.type === 'sequence' ? target.sequence : null,
      target.type === 'contact' ? target.contactId : null,
    ];
    await tx.$executeRaw`
      INSERT INTO pause (id, mode, sequence, contact_id, reason, since, begun_by)
      VALUES (${id}::uuid, ${mode}, ${sequence}, ${contactId}::uuid, ${reason}, ${instantParam(now)}, ${by})`;
    const [pause] = await read(tx, Prisma.sql`p.id = ${id}::uuid`);
    if (!pause) throw new TypeError('a pause that was just written is there');
    return { pause, isNew: true };
  });
}

function isOf(target: PauseTarget): Prisma.Sql {
  switch (target.type) {
    case 'everything':
      return Prisma.sql`p.sequence IS NULL AND p.contact_id IS NULL`;
    case 'sequence':
      return Prisma.sql`p.sequence = ${target.sequence}`;
    case 'contact':
      return Prisma.sql`p.contact_id = ${target.contactId}::uuid`;
    default:
      throw new TypeError(`unknown target ${JSON.stringify(target satisfies never)}`);
  }
}

/** How many journeys under way a pause of this target concerns. */
export async function countConcerned(db: Db, target: PauseTarget): Promise<number> {
  const which = {
    everything: Prisma.sql`true`,
    sequence: Prisma.sql`sequence = ${target.type === 'sequence' ? target.sequence : null}`,
    contact: Prisma.sql`contact_id = ${target.type === 'contact' ? target.contactId : null}::uuid`,
  }[target.type];
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM journey WHERE status = 'running' AND ${which}`;
  return row?.count ?? 0;
}

/** Pauses, the newest first: those that last or still hold someone; with `all`, also those that are over. */
export function listPauses(db: Db, { all }: { readonly all: boolean }): Promise<readonly PauseEntry[]> {
  const isOpen = Prisma.sql`p.ended_at IS NULL OR EXISTS (SELECT 1 FROM journey j WHERE j.held_by = p.id)`;
  return read(db, all ? Prisma.sql`true` : isOpen);
}

/** The pauses of a target that last. Throws VIV_PAUSE_UNKNOWN when there is none. */
export async function lastingPauses(db: Db, target: PauseTarget, what: string): Promise<readonly PauseEntry[]> {
  const pauses = await read(db, Prisma.sql`p.ended_at IS NULL AND ${isOf(target)}`);
  if (pauses.length === 0) throw failure('VIV_PAUSE_UNKNOWN', { what });
  return pauses;
}

/** Throws VIV_PAUSE_UNKNOWN. */
export async function findPause(db: Db | Tx, id: string): Promise<PauseEntry> {
  const [pause] = await read(db, Prisma.sql`p.id = ${id}::uuid`);
  if (!pause) throw failure('VIV_PAUSE_UNKNOWN', { what: id });
  return pause;
}

type Row = Omit<PauseEntry, keyof Pause> & { readonly pause: Pause };

async function read(db: Db | Tx, which: Prisma.Sql): Promise<readonly PauseEntry[]> {
  const rows = await db.$queryRaw<Row[]>(Prisma.sql`
    SELECT ${PAUSE} AS pause, p.sequence, c.email AS contact, p.begun_by AS "begunBy", p.ended_by AS "endedBy",
      (SELECT count(*)::int FROM journey j WHERE j.held_by = p.id) AS held, ${millis(Prisma.sql`p.wakes_till`)} AS "wakesTill"
    FROM pause p LEFT JOIN contact c ON c.id = p.contact_id WHERE ${which} ORDER BY p.since DESC, p.id DESC`);
  return rows.map(({ pause, ...rest }) => ({ ...pause, ...rest }));
}

/** Orders holds and the end of a pause; unlike locks on its row it is fair: a stream of holds does not keep the end waiting. */
const lockOf = (pauseId: string): Prisma.Sql => Prisma.sql`hashtextextended(${`pause ${pauseId}`}, 0)`;

/**
 * For the transaction that makes a journey be held: none is written as held by a pause after whoever ended it has looked for those
 * that are. One that has ended meanwhile wakes the journey at once.
 */
export async function confirmHold(
  tx: Tx,
  { pauseId, journeyId }: { readonly pauseId: string; readonly journeyId: string },
): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(${lockOf(pauseId)})`;
  // a statement of its own: one that waits for a lock goes on with what it saw before
  const [row] = await tx.$queryRaw<{ over: boolean }[]>`
    SELECT ended_at IS NOT NULL AS over FROM pause WHERE id = ${pauseId}::uuid`;
  if (row?.over !== false) await enqueue(tx, [{ task: 'poke', payload: { workflow: `journey:${journeyId}`, seq: 0 } }]);
}

/**
 * Ends a pause that lasts, in a transaction of its own: once it has committed, every journey that the pause holds is written so, and
 * none comes to it that does not see the end.
 */
export async function writeEnd(
  db: Db,
  { pauseId, by, now }: { readonly pauseId: string; readonly by: string; readonly now: Instant },
): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(${lockOf(pauseId)})`;
    await tx.$executeRaw`
      UPDATE pause SET ended_at = greatest(since, ${instantParam(now)}), ended_by = ${by}
      WHERE id = ${pauseId}::uuid AND ended_at IS NULL`;
  });
}
