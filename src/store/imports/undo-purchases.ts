import { purchaseDecisionKey } from '../clients';
import { Prisma, type Tx } from '../db';
import { CLIENT_FIELD, CLIENT_NOTE } from './client-notes';
import type { KeptPart, Page } from './undo-page';

interface Bought {
  readonly contactId: string;
  readonly reference: string;
  /** Why the purchases of the contact stay; null: nothing has followed from them. */
  readonly reason: string | null;
}

/**
 * Takes back purchases that an import has recorded, with the events that told of them and what they made of the client, where nothing has
 * followed: else a client would be one by purchases that nobody finds. Under the contacts' locks.
 */
export async function removePurchases(
  tx: Tx,
  { importId, contactIds }: Page,
): Promise<{ readonly count: number; readonly kept: readonly KeptPart[] }> {
  const bought = await boughtBy(tx, importId, contactIds);
  const free = bought.filter(({ reason }) => reason === null);
  if (free.length > 0) await remove(tx, importId, free);
  const kept = new Map(
    bought.flatMap(({ contactId, reason }) =>
      reason === null ? [] : [[contactId, { contactId, reason: `purchases stay: ${reason}` }] as const],
    ),
  );
  return { count: free.length, kept: [...kept.values()] };
}

const ofContact = (importId: string) => Prisma.sql`o.import_id = ${importId}::uuid AND o.contact_id = r.contact_id`;

function boughtBy(tx: Tx, importId: string, contactIds: readonly string[]): Promise<Bought[]> {
  return tx.$queryRaw<Bought[]>`
    WITH r AS (
      SELECT r.contact_id, r.interaction_id, i.properties->>'reference' AS reference,
        min(i.seq) OVER (PARTITION BY r.contact_id) AS first_seq
      FROM import_row r JOIN interaction i ON i.id = r.interaction_id JOIN purchase p ON p.reference = i.properties->>'reference'
      WHERE r.import_id = ${importId}::uuid AND r.contact_id = ANY(${[...contactIds]}::uuid[]) AND i.contact_id = r.contact_id)
    SELECT r.contact_id AS "contactId", r.reference, CASE
      WHEN EXISTS (
        SELECT 1 FROM interaction i WHERE i.contact_id = r.contact_id AND i.seq > r.first_seq AND NOT EXISTS (
          SELECT 1 FROM import_row o WHERE ${ofContact(importId)} AND o.interaction_id = i.id))
        THEN 'something has happened with the client since'
      WHEN EXISTS (SELECT 1 FROM waiting w WHERE w.contact_id = r.contact_id) OR EXISTS (
        SELECT 1 FROM journey j JOIN import_run run ON run.id = ${importId}::uuid
        WHERE j.contact_id = r.contact_id AND (j.ended_at IS NULL OR j.ended_at >= run.at))
        THEN 'the client is in a sequence'
      WHEN EXISTS (
        SELECT 1 FROM score_entry s JOIN interaction i ON i.contact_id = s.contact_id AND i.at = s.at
        JOIN import_row o ON o.interaction_id = i.id
        WHERE s.contact_id = r.contact_id AND s.kind = 'interest' AND ${ofContact(importId)})
        THEN 'a lead was scored by them'
      WHEN (SELECT ${CLIENT_NOTE} FROM client k WHERE k.contact_id = r.contact_id) IS DISTINCT FROM (
        SELECT nullif(o.after, 'null') FROM import_change o WHERE ${ofContact(importId)} AND o.field = ${CLIENT_FIELD}
        ORDER BY o.seq DESC LIMIT 1)
        THEN 'the client was changed again since'
      END AS reason
    FROM r ORDER BY r.contact_id, r.reference`;
}

async function remove(tx: Tx, importId: string, free: readonly Bought[]): Promise<void> {
  const references = free.map(({ reference }) => reference);
  const contactIds = [...new Set(free.map(({ contactId }) => contactId))];
  const keys = free.map(({ contactId, reference }) => purchaseDecisionKey(contactId, reference));
  await tx.$executeRaw`DELETE FROM purchase WHERE reference = ANY(${references}::text[])`;
  await tx.$executeRaw`DELETE FROM decision WHERE key = ANY(${keys}::text[])`;
  await tx.$executeRaw`
    DELETE FROM interaction WHERE contact_id = ANY(${contactIds}::uuid[]) AND id IN (
      SELECT interaction_id FROM import_row WHERE import_id = ${importId}::uuid AND contact_id = ANY(${contactIds}::uuid[]))`;
  await restoreClients(tx, importId, contactIds);
}

/** As they were before the import: no clients, or what is noted. */
async function restoreClients(tx: Tx, importId: string, contactIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    WITH earliest AS (
      SELECT DISTINCT ON (contact_id) contact_id, nullif(before, 'null') AS before FROM import_change
      WHERE import_id = ${importId}::uuid AND contact_id = ANY(${[...contactIds]}::uuid[]) AND field = ${CLIENT_FIELD}
      ORDER BY contact_id, seq),
    gone AS (
      DELETE FROM client USING earliest e WHERE client.contact_id = e.contact_id AND e.before IS NULL)
    UPDATE client SET status = e.before->>'status', status_at = ${instant('statusAt')},
      first_purchase_at = ${instant('firstPurchaseAt')}, last_purchase_at = ${instant('lastPurchaseAt')},
      purchases = (e.before->>'purchases')::int, revenue = (e.before->>'revenue')::numeric
    FROM earliest e WHERE client.contact_id = e.contact_id AND e.before IS NOT NULL`;
  await tx.$executeRaw`
    DELETE FROM import_change
    WHERE import_id = ${importId}::uuid AND contact_id = ANY(${[...contactIds]}::uuid[]) AND field = ${CLIENT_FIELD}`;
}

/** Of the note `e.before`. */
const instant = (name: 'statusAt' | 'firstPurchaseAt' | 'lastPurchaseAt') =>
  Prisma.sql`to_timestamp((e.before->>${name})::float8 / 1000)`;
