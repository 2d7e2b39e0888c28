import type { Db, Tx } from './db';

/** Addresses of contacts, by id. */
export function contactEmails(
  db: Db,
  contactIds: readonly string[],
): Promise<readonly { readonly contactId: string; readonly email: string }[]> {
  return db.$queryRaw`
    SELECT id AS "contactId", email FROM contact WHERE id = ANY(${[...contactIds]}::uuid[]) ORDER BY id`;
}

/** Contact id → the newest lead of the contact; contacts with no lead are left out. */
export async function newestLeads(db: Db | Tx, contactIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.$queryRaw<{ contact_id: string; id: string }[]>`
    SELECT DISTINCT ON (contact_id) contact_id, id FROM lead WHERE contact_id = ANY(${[...contactIds]}::uuid[])
    ORDER BY contact_id, created_at DESC, id DESC`;
  return new Map(rows.map((row) => [row.contact_id, row.id]));
}

/** Ids of the contacts that a sequence of this audience is for, the newest first. */
export async function newestContacts(
  db: Db,
  { audience, limit }: { readonly audience: 'lead' | 'client'; readonly limit: number },
): Promise<readonly string[]> {
  const rows =
    audience === 'lead'
      ? await db.$queryRaw<{ id: string }[]>`
          SELECT contact_id AS id FROM lead GROUP BY contact_id ORDER BY max(created_at) DESC, contact_id DESC LIMIT ${limit}`
      : await db.$queryRaw<{ id: string }[]>`
          SELECT contact_id AS id FROM client ORDER BY last_purchase_at DESC NULLS LAST, contact_id DESC LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
