import type { Member } from '../domain/entry/admission';
import type { Tx } from './db';

/** Journeys of the contact that are under way in the group, by the versions that they are on. */
export function membersOf(
  tx: Tx,
  { contactId, group }: { readonly contactId: string; readonly group: string },
): Promise<readonly Member[]> {
  return tx.$queryRaw<Member[]>`
    SELECT j.id AS "journeyId", j.sequence, coalesce((v.definition->'exclusive'->>'priority')::int, 0) AS priority
    FROM journey j JOIN sequence_version v ON v.id = j.version_id
    WHERE j.contact_id = ${contactId}::uuid AND j.status = 'running' AND v.definition->'exclusive'->>'group' = ${group}
    ORDER BY j.id`;
}
