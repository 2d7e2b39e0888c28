import type { Db } from './db';

/** What a link in a mail needs to know of it. `contactId` and `locale` are null once the contact is erased. */
export interface SendRef {
  readonly id: string;
  readonly purpose: string;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly contactId: string | null;
  readonly locale: string | null;
}

/** The send with this id; null if there is none. */
export async function findSend(db: Db, id: string): Promise<SendRef | null> {
  const [send] = await db.$queryRaw<SendRef[]>`
    SELECT s.id, s.purpose, s.journey_id AS "journeyId", j.lead_id AS "leadId", c.id AS "contactId", c.locale
    FROM send s LEFT JOIN contact c ON c.id = s.contact_id LEFT JOIN journey j ON j.id = s.journey_id
    WHERE s.id = ${id}::uuid`;
  return send ?? null;
}
