import { Prisma, type Tx } from '../db';
import { MAY_HAVE_ARRIVED } from '../send-attempts';

/**
 * Takes mails out of the hands of whoever was about to send them: no byte of them has left, and they were written for somebody who is
 * another one from now on, whom the gate was not asked about. Whoever holds one begins anew. One of which an earlier try may have arrived
 * stands as if its worker had been killed, so that all rules for that hold. INV-MERGE-ASKS-AGAIN
 */
export async function breakClaims(tx: Tx, contactIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE send s SET lease_token = CASE WHEN ${MAY_HAVE_ARRIVED} THEN gen_random_uuid() END,
      lease_until = CASE WHEN ${MAY_HAVE_ARRIVED} THEN clock_timestamp() END,
      status = CASE WHEN ${MAY_HAVE_ARRIVED} THEN 'claimed' WHEN s.attempts > 0 THEN 'deferred' ELSE 'planned' END
    WHERE s.contact_id = ANY(${[...contactIds]}::uuid[]) AND s.handoff_id IS NULL AND s.status = 'claimed'`;
}

/** Open things of a journey, each with what makes it so: names of ours, never input. */
const OPEN: readonly (readonly [table: string, isOpen: string, hasLead: boolean])[] = [
  ['send', `t.handoff_id IS NULL AND t.status IN ('planned', 'deferred', 'claimed')`, false],
  ['interest', 'true', false],
  ['webhook', `t.status IN ('planned', 'deferred')`, false],
  ['task', `t.status = 'open'`, true],
  ['handoff', `t.status IN ('offered', 'escalated')`, true],
];

/** What journeys have begun while their contact was another one, and is not over, goes with them once they are their own again. */
export async function followJourneys(
  tx: Tx,
  { contactId, mergedId }: { readonly contactId: string; readonly mergedId: string },
): Promise<void> {
  for (const [table, isOpen, hasLead] of OPEN)
    await tx.$executeRaw`
      UPDATE ${Prisma.raw(table)} t SET contact_id = j.contact_id ${Prisma.raw(hasLead ? ', lead_id = j.lead_id' : '')}
      FROM journey j WHERE t.journey_id = j.id AND j.contact_id = ${mergedId}::uuid AND t.contact_id = ${contactId}::uuid
        AND (${Prisma.raw(isOpen)})`;
}
