import { type Instant, keyOf } from '../domain/ids';
import { acceptedEvent } from '../domain/send/accepted-event';
import type { Prisma, Tx } from './db';
import { recordDecisions } from './decisions';
import { ingestIn } from './ingest';
import { IN_DOUBT } from './sends';
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
  readonly status: 'accepted' | 'rejected' | 'unknown' | 'skipped';
  /** Who says so. */
  readonly reason: string;
  readonly at: Instant;
}

/**
 * Ends the doubt about a send: one that stands as `unknown`, or that was being dispatched by a process that is no more. False: there
 * was none. An accepted one gets its event, as it would have had; what a bounce means is the caller's matter. The caller holds the
 * contact's lock. The time of the try stays: caps count by it.
 */
export const reconcile = (tx: Tx, deps: TurnDeps, reconciliation: Reconciliation): Promise<boolean> =>
  settleWithout(tx, deps, { ...reconciliation, standing: IN_DOUBT, said: 'in doubt until now' });

const KINDS = { accepted: 'send', rejected: 'send', unknown: 'unknown', skipped: 'skip' } as const;

interface Settling extends Reconciliation {
  /** How the send `s` must stand. */
  readonly standing: Prisma.Sql;
  /** Why it is settled only now. */
  readonly said: string;
}

/** Settles a send without its worker, and tells of it. False: it stands otherwise. The caller holds the contact's lock. */
export async function settleWithout(tx: Tx, deps: TurnDeps, settling: Settling): Promise<boolean> {
  const { sendId, status, reason, at, standing, said } = settling;
  const [send] = await tx.$queryRaw<Doubtful[]>`
    UPDATE send s SET status = ${status}, reason = ${reason}, settled_at = coalesce(settled_at, ${new Date(at)}), lease_until = NULL,
      heard = NULL
    WHERE s.id = ${sendId}::uuid AND ${standing}
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
      kind: KINDS[status],
      outcome: status,
      reason: `${said}: ${reason}`,
      at,
      data: { sendId },
    },
  ]);
  if (status === 'accepted') await ingestIn(tx, deps, acceptedEvent({ ...send, sendId, contactId }, at));
  return true;
}
