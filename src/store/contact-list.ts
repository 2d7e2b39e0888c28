import type { Db } from './db';

export interface ContactEntry {
  readonly email: string;
  readonly name: string | null;
  /** Of the newest lead; null with none. */
  readonly stage: string | null;
  readonly grade: string | null;
  readonly temperature: string | null;
  readonly clientStatus: string | null;
  /** Outcome of the newest journey, `running`, or null with none. */
  readonly journey: string | null;
  readonly mails: number;
}

export interface ContactPage {
  readonly total: number;
  readonly contacts: readonly ContactEntry[];
}

/** One page of contacts by address; `search` is looked for in addresses, names, stages and outcomes. */
export async function listContacts(
  db: Db,
  { search, limit, offset }: { readonly search: string; readonly limit: number; readonly offset: number },
): Promise<ContactPage> {
  const rows = await db.$queryRaw<(ContactEntry & { readonly total: number })[]>`
    WITH listed AS (
      SELECT c.email, c.name, l.stage, l.grade, l.temperature, k.status AS "clientStatus",
        CASE j.status WHEN 'running' THEN 'running' ELSE j.outcome END AS journey,
        (SELECT count(*)::int FROM send s WHERE s.contact_id = c.id AND s.handoff_id IS NULL AND s.status = 'accepted') AS mails
      FROM contact c
        LEFT JOIN LATERAL (SELECT * FROM lead WHERE contact_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
        LEFT JOIN client k ON k.contact_id = c.id
        LEFT JOIN LATERAL (SELECT * FROM journey WHERE contact_id = c.id ORDER BY entered_at DESC, id DESC LIMIT 1) j ON true)
    SELECT *, count(*) OVER ()::int AS total FROM listed
    WHERE strpos(lower(concat_ws(' ', email, name, stage, "clientStatus", journey)), ${search.trim().toLowerCase()}) > 0
    ORDER BY email LIMIT ${limit} OFFSET ${offset}`;
  const contacts = rows.map(({ total: _, ...contact }) => contact);
  return { total: rows[0]?.total ?? 0, contacts };
}
