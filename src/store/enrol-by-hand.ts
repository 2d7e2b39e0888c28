import type { Instant } from '../domain/ids';
import { newestLeads } from './audience';
import { type ContactRef, contactIdOf } from './contact-ref';
import { type Db, transaction } from './db';
import { type Enrolled, enrol } from './enrol';
import { findNewest } from './sequences';
import type { TurnDeps } from './turn';

export interface EnrolmentByHand {
  readonly sequence: string;
  readonly contact: ContactRef;
  /** The same key enters the same contact once. */
  readonly key: string;
  readonly now: Instant;
}

/**
 * Enters a contact, with its newest lead, into the newest version of a sequence, because a person wants it.
 * Throws VIV_CONTACT_UNKNOWN, VIV_SEQUENCE_UNKNOWN.
 */
export function enrolByHand(db: Db, deps: TurnDeps, request: EnrolmentByHand): Promise<Enrolled> {
  const { sequence, contact, key: cause, now } = request;
  return transaction(db, async (tx) => {
    const version = await findNewest(tx, sequence);
    const contactId = await contactIdOf(tx, contact);
    const leadId = (await newestLeads(tx, [contactId])).get(contactId) ?? null;
    return enrol(tx, deps, { contactId, leadId, version, now, origin: 'by hand', cause });
  });
}
