import { type Instant, keyOf } from '../domain/ids';
import { acceptedEvent } from '../domain/send/accepted-event';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { ingestIn } from './ingest';
import type { TurnDeps } from './turn';

/** A send of which nobody knew whether it went out. */
interface Doubtful {
  readonly contactId: string | null;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly stepId: string;
  readonly template: string;
  readonly variant: string | null;
}

export interface Reconciliation {
  readonly sendId: string;
  readonly status: 'accepted' | 'rejected';
  /** Who says so. */
  readonly reason: string;
  readonly at: Instant;
}

/**
 * Ends the doubt about a send: one that stands as `unknown`, or that was being dispatched by a process that is no more. False: there
 * was none. An accepted one gets its event, as it would have had; what a bounce means is the caller's matter. The caller holds the
 * contact's lock. The time of the try stays: caps count by it.
 */
export async function reconcile(tx: Tx, deps: TurnDeps, reconciliation: Reconciliation): Promise<boolean> {
  const { sendId, status, reason, at } = reconciliation;
  const [send] = await tx.$queryRaw<Doubtful[]>`
    UPDATE send s SET status = ${status}, reason = ${reason}, settled_at = coalesce(settled_at, ${new Date(at)}), lease_until = NULL
    WHERE s.id = ${sendId}::uuid AND (s.status = 'unknown' OR (s.status = 'dispatching' AND s.lease_until <= clock_timestamp()))
    RETURNING s.contact_id AS "contactId", s.journey_id AS "journeyId", s.step_id AS "stepId", s.template, s.variant,
      (SELECT lead_id FROM journey WHERE id = s.journey_id) AS "leadId"`;
  if (!send) return false;
  const { contactId, journeyId, stepId } = send;
  if (contactId === null) return true;
  await recordDecisions(tx, [
    {
      key: keyOf('reconcile', sendId, status),
      contactId,
      journeyId: journeyId ?? undefined,
      stepId,
      kind: 'send',
      outcome: status,
      reason: `in doubt until now: ${reason}`,
      at,
      data: { sendId },
    },
  ]);
  if (status === 'accepted') await ingestIn(tx, deps, acceptedEvent({ ...send, sendId, contactId }, at));
  return true;
}
