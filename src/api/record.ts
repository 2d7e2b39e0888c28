import type { IncomingEvent } from '../domain/event';
import type { Instant } from '../domain/ids';
import { type ContactRef, contactIdOf } from '../store/contact-ref';
import { upsertContact } from '../store/contacts';
import { type Tx, transaction } from '../store/db';
import { type Ingested, ingestIn } from '../store/ingest';
import type { ApiDeps } from './deps';

export interface EventToRecord extends Omit<IncomingEvent, 'contactId'> {
  readonly contact: ContactRef;
  /** Put an unknown address on record first. */
  readonly createContact: boolean;
}

/** Finds or makes the contact and ingests the event, in one transaction. Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT. */
export function recordEvent(
  { db, turn }: ApiDeps,
  { contact, createContact, ...event }: EventToRecord,
): Promise<Ingested> {
  return transaction(db, async (tx) => {
    const contactId = createContact ? await contactMade(tx, contact, event.at) : await contactIdOf(tx, contact);
    return ingestIn(tx, turn, { ...event, contactId });
  });
}

async function contactMade(tx: Tx, contact: ContactRef, at: Instant): Promise<string> {
  if ('id' in contact) return contactIdOf(tx, contact);
  const { id } = await upsertContact(tx, { email: contact.email, at });
  return id;
}
