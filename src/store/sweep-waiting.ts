import { sweepDay } from '../domain/client/sweep-day';
import { WAITED_TOO_LONG } from '../domain/entry/still-wanted';
import type { Instant } from '../domain/ids';
import { admit, admitNext, drop } from './admit';
import { type Db, lockContact, type Tx, transaction } from './db';
import { enteredOn, perDayOf } from './pace';
import { findNewest } from './sequences';
import type { TurnDeps } from './turn';
import { takeWaiting } from './waiting';

const PAGE = 200;

interface WaitingRequest {
  readonly now: Instant;
  readonly signal?: AbortSignal;
}

/**
 * Sees to those who wait to enter: who has waited too long is dropped, who waits for a day with room enters, the oldest first, as
 * many as the day takes; and a group in which nothing is under way goes on, however that came about. Answers how many entered.
 */
export async function sweepWaiting(db: Db, deps: TurnDeps, request: WaitingRequest): Promise<number> {
  const { now, signal } = request;
  for (const listed of await transaction(db, (tx) => expired(tx, now))) {
    signal?.throwIfAborted();
    await transaction(db, (tx) => expire(tx, deps, { listed, now }));
  }
  for (const { contactId, group } of await transaction(db, (tx) => groupsAtRest(tx))) {
    signal?.throwIfAborted();
    await transaction(db, async (tx) => {
      if (await lockContact(tx, contactId)) await admitNext(tx, deps, { contactId, group, now });
    });
  }
  let entered = 0;
  for (const sequence of await transaction(db, (tx) => sequencesOfFullDays(tx)))
    entered += await enterOfFullDays(db, deps, { ...request, sequence });
  return entered;
}

interface Listed {
  readonly id: string;
  readonly contactId: string;
}

const expired = (tx: Tx, now: Instant): Promise<readonly Listed[]> =>
  tx.$queryRaw<
    Listed[]
  >`SELECT id, contact_id AS "contactId" FROM waiting WHERE until <= ${new Date(now)} ORDER BY since`;

async function expire(
  tx: Tx,
  deps: TurnDeps,
  { listed, now }: { readonly listed: Listed; readonly now: Instant },
): Promise<void> {
  await lockContact(tx, listed.contactId);
  const waiting = await takeWaiting(tx, listed.id);
  if (waiting) await drop(tx, deps, { waiting, reason: WAITED_TOO_LONG, now });
}

interface Group {
  readonly contactId: string;
  readonly group: string;
}

const groupsAtRest = (tx: Tx): Promise<readonly Group[]> =>
  tx.$queryRaw<Group[]>`
    SELECT DISTINCT w.contact_id AS "contactId", w."group" FROM waiting w
    WHERE w."group" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM journey j JOIN sequence_version v ON v.id = j.version_id
      WHERE j.contact_id = w.contact_id AND j.status = 'running' AND v.definition->'exclusive'->>'group' = w."group")
    ORDER BY w.contact_id`;

async function sequencesOfFullDays(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ sequence: string }[]>`
    SELECT DISTINCT sequence FROM waiting WHERE "group" IS NULL ORDER BY sequence`;
  return rows.map(({ sequence }) => sequence);
}

async function enterOfFullDays(
  db: Db,
  deps: TurnDeps,
  { sequence, now, signal }: WaitingRequest & { readonly sequence: string },
): Promise<number> {
  const day = sweepDay(deps.rules.lifecycle, now);
  let entered = 0;
  for (;;) {
    const page = await transaction(db, async (tx) => {
      const most = perDayOf(await findNewest(tx, sequence), deps.rules.lifecycle);
      return oldest(tx, sequence, Math.min(PAGE, most - (await enteredOn(tx, { sequence, day }))));
    });
    if (page.length === 0) return entered;
    for (const listed of page) {
      signal?.throwIfAborted();
      if (await transaction(db, (tx) => enterOne(tx, deps, { listed, now, day }))) entered += 1;
    }
  }
}

async function oldest(tx: Tx, sequence: string, limit: number): Promise<readonly Listed[]> {
  if (limit <= 0) return [];
  return tx.$queryRaw<Listed[]>`
    SELECT id, contact_id AS "contactId" FROM waiting WHERE sequence = ${sequence} AND "group" IS NULL
    ORDER BY since, seq LIMIT ${limit}`;
}

async function enterOne(
  tx: Tx,
  deps: TurnDeps,
  { listed, now, day }: { readonly listed: Listed; readonly now: Instant; readonly day: string },
): Promise<boolean> {
  await lockContact(tx, listed.contactId);
  const waiting = await takeWaiting(tx, listed.id);
  if (!waiting) return false;
  const enrolled = await admit(tx, deps, { waiting, now, sweptOn: day });
  return enrolled?.type === 'entered';
}
