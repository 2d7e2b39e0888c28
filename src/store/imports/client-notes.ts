import type { Json } from '../../domain/ids';
import { Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';

/** What `import_change` calls what is known of somebody as a client. */
export const CLIENT_FIELD = 'client';

/** A row of `client` as it is noted, and compared; null: they are no client. */
export type ClientBefore = Json;

/** Over a row `k` of `client`: the same text for the same row, whatever the zone of the connection. */
export const CLIENT_NOTE = Prisma.sql`jsonb_build_object('status', k.status, 'statusAt', ${millis(Prisma.sql`k.status_at`)},
  'firstPurchaseAt', ${millis(Prisma.sql`k.first_purchase_at`)}, 'lastPurchaseAt', ${millis(Prisma.sql`k.last_purchase_at`)},
  'purchases', k.purchases, 'revenue', k.revenue::text)`;

/** Under the contacts' locks. */
export async function readClients(tx: Tx, contactIds: readonly string[]): Promise<ReadonlyMap<string, ClientBefore>> {
  const rows = await tx.$queryRaw<{ contactId: string; note: Json }[]>`
    SELECT k.contact_id AS "contactId", ${CLIENT_NOTE} AS note FROM client k WHERE k.contact_id = ANY(${[...contactIds]}::uuid[])`;
  return new Map(rows.map(({ contactId, note }) => [contactId, note]));
}

export interface ClientsChanged {
  readonly contactIds: readonly string[];
  readonly before: ReadonlyMap<string, ClientBefore>;
}

/** Notes clients that are others than before, in one statement. */
export async function noteClients(tx: Tx, importId: string, { contactIds, before }: ClientsChanged): Promise<void> {
  const rows = contactIds.map((contactId) => ({ contact_id: contactId, before: before.get(contactId) ?? null }));
  await tx.$executeRaw`
    INSERT INTO import_change (import_id, contact_id, field, before, after)
    SELECT ${importId}::uuid, r.contact_id, ${CLIENT_FIELD}, nullif(r.before, 'null'), ${CLIENT_NOTE}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(contact_id uuid, before jsonb) JOIN client k ON k.contact_id = r.contact_id
    WHERE nullif(r.before, 'null') IS DISTINCT FROM ${CLIENT_NOTE}`;
}
