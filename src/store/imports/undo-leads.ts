import type { Tx } from '../db';
import type { KeptPart, Page } from './undo-page';

interface OfImport {
  readonly contactId: string;
  readonly leadId: string;
  readonly reason: string | null;
}

/**
 * Takes back leads that an import has opened for contacts that stay, with their scores and the events that told of them; those with which
 * something else has happened stay.
 */
export async function removeLeads(
  tx: Tx,
  { importId, contactIds }: Page,
): Promise<{ readonly count: number; readonly kept: readonly KeptPart[] }> {
  const leads = await tx.$queryRaw<OfImport[]>`
    SELECT r.contact_id AS "contactId", r.lead_id AS "leadId", CASE
      WHEN EXISTS (SELECT 1 FROM journey j WHERE j.lead_id = r.lead_id) OR EXISTS (SELECT 1 FROM waiting w WHERE w.lead_id = r.lead_id)
        THEN 'they have entered a sequence'
      WHEN l.stage NOT IN ('new', 'mql') THEN 'sales has worked on them'
      WHEN EXISTS (
        SELECT 1 FROM interaction i JOIN interaction own ON own.id = r.interaction_id
        WHERE i.contact_id = r.contact_id AND i.seq > own.seq AND NOT EXISTS (
          SELECT 1 FROM import_row o WHERE o.contact_id = i.contact_id AND o.import_id = r.import_id AND o.interaction_id = i.id))
        THEN 'something has happened since'
      END AS reason
    FROM import_row r JOIN lead l ON l.id = r.lead_id
    WHERE r.import_id = ${importId}::uuid AND r.contact_id = ANY(${[...contactIds]}::uuid[]) ORDER BY r.contact_id`;
  const free = leads.filter(({ reason }) => reason === null).map(({ leadId }) => leadId);
  await remove(tx, importId, free);
  const kept = leads.flatMap(({ contactId, reason }) =>
    reason === null ? [] : [{ contactId, reason: `leads stay: ${reason}` }],
  );
  const again = await tx.$queryRaw<{ contactId: string }[]>`
    SELECT DISTINCT contact_id AS "contactId" FROM import_row
    WHERE import_id = ${importId}::uuid AND contact_id = ANY(${[...contactIds]}::uuid[]) AND interaction_id IS NOT NULL
      AND lead_id IS NULL AND EXISTS (SELECT 1 FROM import_run r WHERE r.id = import_id AND r.kind = 'leads') ORDER BY contact_id`;
  const reason = 'events stay: interest was shown in leads that were there before';
  return { count: free.length, kept: [...kept, ...again.map((row) => ({ ...row, reason }))] };
}

async function remove(tx: Tx, importId: string, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return;
  const ids = [...leadIds];
  await tx.$executeRaw`UPDATE list_entry SET lead_id = NULL, interest = NULL, interested_at = NULL WHERE lead_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM score_entry WHERE lead_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`
    DELETE FROM decision WHERE data->>'leadId' = ANY(${ids}::text[]) AND contact_id IN (
      SELECT contact_id FROM lead WHERE id = ANY(${ids}::uuid[]))`;
  await tx.$executeRaw`
    DELETE FROM interaction WHERE lead_id = ANY(${ids}::uuid[]) AND id IN (
      SELECT interaction_id FROM import_row WHERE import_id = ${importId}::uuid)`;
  await tx.$executeRaw`DELETE FROM lead WHERE id = ANY(${ids}::uuid[])`;
}
