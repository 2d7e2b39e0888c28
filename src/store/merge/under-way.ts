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

interface Separated {
  /** Who stayed. */
  readonly contactId: string;
  readonly mergedId: string;
}

/** What goes on with a lead, or waits to, goes with it once it is the other one's again; but nobody goes through a sequence or a group twice. */
async function followLeads(tx: Tx, { contactId, mergedId }: Separated): Promise<void> {
  const theirs = Prisma.sql`t.lead_id = l.id AND l.contact_id = ${mergedId}::uuid AND t.contact_id = ${contactId}::uuid`;
  await tx.$executeRaw`UPDATE waiting t SET contact_id = ${mergedId}::uuid FROM lead l WHERE ${theirs}`;
  await tx.$executeRaw`
    UPDATE journey t SET contact_id = ${mergedId}::uuid FROM lead l, sequence_version v
    WHERE ${theirs} AND v.id = t.version_id AND t.status = 'running' AND NOT EXISTS (
      SELECT 1 FROM journey o JOIN sequence_version w ON w.id = o.version_id
      WHERE o.contact_id = ${mergedId}::uuid AND o.status = 'running' AND (o.sequence = t.sequence
        OR w.definition #>> '{exclusive,group}' = v.definition #>> '{exclusive,group}'))`;
}

/** What journeys have begun while their contact was another one, and is not over, goes with them once they are their own again. */
export async function followJourneys(tx: Tx, { contactId, mergedId }: Separated): Promise<void> {
  await followLeads(tx, { contactId, mergedId });
  for (const [table, isOpen, hasLead] of OPEN)
    await tx.$executeRaw`
      UPDATE ${Prisma.raw(table)} t SET contact_id = j.contact_id ${Prisma.raw(hasLead ? ', lead_id = j.lead_id' : '')}
      FROM journey j WHERE t.journey_id = j.id AND j.contact_id = ${mergedId}::uuid AND t.contact_id = ${contactId}::uuid
        AND (${Prisma.raw(isOpen)})`;
}
