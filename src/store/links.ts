import type { Db } from './db';

/** A tracked link of a mail. */
export interface LinkRow {
  readonly id: string;
  readonly sendId: string;
  readonly contactId: string;
  readonly name: string;
  /** Where it leads. */
  readonly url: string;
}

/** The link with this id; null if there is none. */
export async function findLink(db: Db, id: string): Promise<LinkRow | null> {
  const [link] = await db.$queryRaw<LinkRow[]>`
    SELECT id, send_id AS "sendId", contact_id AS "contactId", name, url FROM link WHERE id = ${id}::uuid`;
  return link ?? null;
}
