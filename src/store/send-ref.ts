import type { IncomingEvent } from '../domain/event';
import type { Instant } from '../domain/ids';
import { type Db, Prisma } from './db';
import { millis } from './fact-columns';

/** What a link in a mail needs to know of it. `contactId` and `locale` are null once the contact is erased. */
export interface SendRef {
  readonly id: string;
  readonly purpose: string;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly contactId: string | null;
  readonly locale: string | null;
  readonly status: string;
  /** When the mail server took it; null: it did not, or nobody knows when. */
  readonly acceptedAt: Instant | null;
}

/** The journey and lead whose mail it was, of an event that follows from it. */
export const belonging = (send: SendRef | null): Pick<IncomingEvent, 'journeyId' | 'leadId'> => ({
  ...(send?.journeyId ? { journeyId: send.journeyId } : {}),
  ...(send?.leadId ? { leadId: send.leadId } : {}),
});

/** The send with this id; null if there is none. */
export async function findSend(db: Db, id: string): Promise<SendRef | null> {
  const [send] = await db.$queryRaw<SendRef[]>`
    SELECT s.id, s.purpose, s.journey_id AS "journeyId", j.lead_id AS "leadId", c.id AS "contactId", c.locale,
      s.status, CASE WHEN s.status = 'accepted' THEN ${millis(Prisma.sql`s.settled_at`)} END AS "acceptedAt"
    FROM send s LEFT JOIN contact c ON c.id = s.contact_id LEFT JOIN journey j ON j.id = s.journey_id
    WHERE s.id = ${id}::uuid`;
  return send ?? null;
}
