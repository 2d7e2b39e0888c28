import type { Instant } from '../domain/ids';
import { bouncedEvent } from '../domain/send/accepted-event';
import type { FinalReply } from '../domain/send/delivery';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { ingestIn } from './ingest';
import { LEASE_IS_OVER } from './lease';
import { settleWithout } from './reconcile';
import { MAY_HAVE_ARRIVED } from './send-attempts';
import type { TurnDeps } from './turn';

/**
 * Sends that nobody will try any more, though they are not settled: their journey or handoff is over, or their worker was lost and
 * the journey has moved on.
 */
const ABANDONED = Prisma.sql`(s.status IN ('planned', 'claimed', 'dispatching', 'deferred') AND ${LEASE_IS_OVER} AND CASE
  WHEN s.handoff_id IS NOT NULL THEN NOT EXISTS (
    SELECT 1 FROM handoff h WHERE h.id = s.handoff_id AND h.status IN ('offered', 'escalated'))
  ELSE NOT EXISTS (SELECT 1 FROM journey j WHERE j.id = s.journey_id AND j.status = 'running' AND (
    s.status IN ('planned', 'deferred') OR j.last_turn #>> '{state,place,stepId}' = s.step_id)) END)`;

interface Abandoned {
  readonly id: string;
  readonly contactId: string | null;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly status: string;
  readonly heard: FinalReply | null;
  readonly mayHaveArrived: boolean;
}

interface SweptSends {
  readonly now: Instant;
  readonly signal?: AbortSignal | undefined;
  /** Only mails to this contact, or about it to reps. */
  readonly contactId?: string;
}

/**
 * Settles what nobody will try any more: by the reply that its worker has noted, as unknown if it may have arrived, else as skipped.
 * No send is left without an end.
 */
export async function sweepSends(db: Db, deps: TurnDeps, { now, signal, contactId: only }: SweptSends): Promise<void> {
  const isMeant =
    only === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(s.contact_id = ${only}::uuid
          OR s.handoff_id IN (SELECT id FROM handoff WHERE contact_id = ${only}::uuid))`;
  const ids = await db.$queryRaw<Pick<Abandoned, 'id' | 'contactId'>[]>`
    SELECT s.id, s.contact_id AS "contactId" FROM send s WHERE ${isMeant} AND ${ABANDONED} ORDER BY s.id`;
  for (const { id, contactId } of ids) {
    signal?.throwIfAborted();
    await transaction(db, async (tx) => {
      if (contactId !== null) await lockContact(tx, contactId);
      await settleAbandoned(tx, deps, { id, now });
    });
  }
}

async function settleAbandoned(
  tx: Tx,
  deps: TurnDeps,
  { id, now: at }: { readonly id: string; readonly now: Instant },
): Promise<void> {
  const [send] = await tx.$queryRaw<Abandoned[]>`
    SELECT s.id, s.contact_id AS "contactId", s.journey_id AS "journeyId", s.status, s.heard,
      (s.attempts > 0 AND ${MAY_HAVE_ARRIVED}) AS "mayHaveArrived",
      (SELECT lead_id FROM journey WHERE id = s.journey_id) AS "leadId"
    FROM send s WHERE s.id = ${id}::uuid AND ${ABANDONED}`;
  if (!send) return;
  const end = endOf(send);
  const said = 'nobody tries it any more';
  const isOurs = await settleWithout(tx, deps, { ...end, sendId: id, at, standing: ABANDONED, said });
  const { contactId, heard } = send;
  if (isOurs && contactId !== null && heard?.type === 'rejected' && heard.isNoAddress)
    await ingestIn(tx, deps, bouncedEvent({ ...send, sendId: id, contactId }, at));
}

interface End {
  readonly status: 'accepted' | 'rejected' | 'unknown' | 'skipped';
  readonly reason: string;
}

function endOf({ status, heard, mayHaveArrived }: Abandoned): End {
  if (heard && heard.type !== 'put_off') return { status: heard.type, reason: heard.response };
  if (mayHaveArrived || (status === 'dispatching' && !heard))
    return { status: 'unknown', reason: 'the worker that was sending it is gone' };
  return { status: 'skipped', reason: heard?.response ?? 'what it was for is over' };
}
