import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { type Instant, newId } from '../domain/ids';
import { type Identifiers, identifiersOf } from '../domain/privacy/identifiers';
import { newestConsents, recordConsent } from './consents';
import { type Db, lockContact, Prisma, survivorOf, type Tx, transaction } from './db';
import { endFromOutside } from './end-journey';
import { knownAs, lockOpen, type OpenErasure } from './erasures';
import { instantParam, millis } from './fact-columns';
import { LEASE_LEFT_MS } from './lease';
import { enqueue } from './outbox';
import { suppressErased } from './suppressions';
import { sweepSends } from './sweep-sends';
import type { TurnDeps } from './turn';

export interface ErasureTurn {
  readonly erasureId: string;
  readonly now: Instant;
}

export type ErasureNext =
  | { readonly type: 'wait'; readonly until: Instant }
  | { readonly type: 'work' }
  | { readonly type: 'over'; readonly status: string };

/** What the erasure's workflow does next: once it is due it begins, and cannot be cancelled any more. */
export function nextOfErasure(db: Db, { erasureId, now }: ErasureTurn): Promise<ErasureNext> {
  return transaction(db, async (tx): Promise<ErasureNext> => {
    const [row] = await tx.$queryRaw<{ status: string; dueAt: number }[]>`
      SELECT status, ${millis(Prisma.sql`due_at`)} AS "dueAt" FROM erasure WHERE id = ${erasureId}::uuid FOR UPDATE`;
    if (!row) return { type: 'over', status: 'unknown' };
    if (row.status === 'working') return { type: 'work' };
    if (row.status !== 'waiting') return { type: 'over', status: row.status };
    if (row.dueAt > now) return { type: 'wait', until: row.dueAt };
    await tx.$executeRaw`
      UPDATE erasure SET status = 'working', started_at = ${instantParam(now)} WHERE id = ${erasureId}::uuid`;
    return { type: 'work' };
  });
}

const REASON = 'the contact is erased';

/** Stops everything that is under way with the contact, in one transaction under its lock. Doing it again finds nothing to stop. */
export function stopForErasure(db: Db, deps: TurnDeps, { erasureId, now }: ErasureTurn): Promise<void> {
  return transaction(db, async (tx) => {
    const erasure = await lockOpen(tx, erasureId);
    if (erasure) await stopIn(tx, deps, erasure, now);
  });
}

/**
 * Stops mails first, then whatever would bring more: consents end, journeys, handoffs, tasks and what waits to enter. Answers whom to
 * look for; null: the contact is gone already.
 */
export async function stopIn(
  tx: Tx,
  { rules }: TurnDeps,
  erasure: OpenErasure,
  now: Instant,
): Promise<Identifiers | null> {
  const { id, scope } = erasure;
  const contactId = await followMerge(tx, erasure);
  if (!(await lockContact(tx, contactId))) return null;
  const identifiers = identifiersOf(await knownAs(tx, contactId), rules.identity ?? DEFAULT_IDENTITY);
  const merged = withEarlier(identifiers, erasure.identifiers);
  await tx.$executeRaw`
    UPDATE erasure SET identifiers = ${JSON.stringify(merged)}::jsonb, stand_in = coalesce(stand_in, ${newId()}::uuid)
    WHERE id = ${id}::uuid`;
  await suppressErased(tx, { addresses: merged.addresses, scope, at: now });
  await endConsents(tx, { ...erasure, contactId }, now);
  await tx.$executeRaw`DELETE FROM waiting WHERE contact_id = ${contactId}::uuid`;
  await dropJobs(tx, contactId);
  await endJourneys(tx, contactId, now);
  await endSales(tx, contactId, now);
  return merged;
}

/** Who was merged since the erasure was asked for is erased with whom they are one person. */
async function followMerge(tx: Tx, { id, contactId }: OpenErasure): Promise<string> {
  const survivor = await survivorOf(tx, contactId);
  if (survivor === undefined) return contactId;
  await tx.$executeRaw`UPDATE erasure SET contact_id = ${survivor}::uuid WHERE id = ${id}::uuid`;
  return survivor;
}

/** What was known in an earlier try: rows that told of it may be gone by now. */
function withEarlier(now: Identifiers, before: Identifiers | null): Identifiers {
  if (!before) return now;
  return {
    ...now,
    formerIds: [...new Set([...before.formerIds, ...now.formerIds])],
    addresses: [...new Set([...before.addresses, ...now.addresses])],
    phones: [...new Set([...before.phones, ...now.phones])],
    recipients: [...new Set([...before.recipients, ...now.recipients])],
  };
}

/** The chain ends with a no: whoever is erased allows nothing any more, and the proof says since when. GDPR art. 17(1)(b). */
async function endConsents(tx: Tx, { contactId, origin }: OpenErasure, at: Instant): Promise<void> {
  const text = origin === 'request' ? 'erasure was asked for' : 'erased by the retention rules';
  for (const [purpose, { state }] of await newestConsents(tx, contactId))
    if (state !== 'withdrawn')
      await recordConsent(tx, { contactId, purpose, granted: false, basis: 'consent', text, source: 'erasure', at });
}

/** Takes back what the outbox would do for the contact: starts, judgements of clicks, mails that people asked for once more. */
async function dropJobs(tx: Tx, contactId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT count(*) FROM graphile_worker.complete_jobs(ARRAY(
      SELECT o.id FROM graphile_worker._private_jobs o WHERE o.locked_at IS NULL AND (
        o.payload->>'journeyId' IN (SELECT id::text FROM journey WHERE contact_id = ${contactId}::uuid)
        OR o.payload->>'sendId' IN (SELECT id::text FROM send WHERE contact_id = ${contactId}::uuid))))`;
}

/** Nothing follows from these ends: no other sequence is entered. */
async function endJourneys(tx: Tx, contactId: string, now: Instant): Promise<void> {
  const running = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM journey WHERE contact_id = ${contactId}::uuid AND status = 'running' ORDER BY id`;
  for (const { id: journeyId } of running)
    await endFromOutside(tx, { journeyId, outcome: 'erased', reason: REASON, now, lastSeq: 0 });
}

async function endSales(tx: Tx, contactId: string, now: Instant): Promise<void> {
  const at = instantParam(now);
  await tx.$executeRaw`
    UPDATE task SET status = 'cancelled', note = ${REASON}, closed_at = ${at}
    WHERE contact_id = ${contactId}::uuid AND status IN ('open', 'overdue')`;
  await tx.$executeRaw`
    UPDATE webhook SET status = 'skipped', reason = ${REASON}, settled_at = ${at}
    WHERE contact_id = ${contactId}::uuid AND status IN ('planned', 'deferred')`;
  const handoffs = await tx.$queryRaw<{ id: string }[]>`
    UPDATE handoff SET status = 'expired', reason = ${REASON}, answered_at = ${at}
    WHERE contact_id = ${contactId}::uuid AND status IN ('offered', 'escalated') RETURNING id`;
  await enqueue(
    tx,
    handoffs.map(({ id }) => ({ task: 'poke', payload: { workflow: `handoff:${id}`, seq: 0 } })),
  );
}

/**
 * Settles the contact's mails on which nobody works any more, by the rules of the ledger. Answers how long to wait for those on which
 * somebody does (ms); 0: all are settled.
 */
export async function settleForErasure(db: Db, deps: TurnDeps, { erasureId, now }: ErasureTurn): Promise<number> {
  const erasure = await transaction(db, (tx) => lockOpen(tx, erasureId));
  if (!erasure) return 0;
  const { contactId } = erasure;
  await sweepSends(db, deps, { now, contactId });
  const [row] = await db.$queryRaw<{ left: number | null }[]>`
    SELECT max(greatest(${LEASE_LEFT_MS}, 1000))::float8 AS left FROM send s
    WHERE (s.contact_id = ${contactId}::uuid OR s.handoff_id IN (SELECT id FROM handoff WHERE contact_id = ${contactId}::uuid))
      AND s.status IN ('claimed', 'dispatching') AND ${LEASE_LEFT_MS} > 0`;
  return Math.min(row?.left ?? 0, LONGEST_WAIT_MS);
}

const LONGEST_WAIT_MS = 60_000;
