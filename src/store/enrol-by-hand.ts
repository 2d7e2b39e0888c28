import type { Instant } from '../domain/ids';
import { type ContactRef, contactIdOf } from './contact-ref';
import { type Db, transaction } from './db';
import { type Enrolled, enrol } from './enrol';
import { type LeadRef, leadIdOf } from './lead-ref';
import { findNewest } from './sequences';
import type { TurnDeps } from './turn';

export interface EnrolmentByHand {
  readonly sequence: string;
  readonly contact: ContactRef;
  /** Default: the contact's newest. */
  readonly lead?: LeadRef;
  /** The same key enters the same contact once. */
  readonly key: string;
  /** With re-entry per key: which one the journey is about. */
  readonly entryKey?: string;
  /** Who wants it, for a person. Default: `by hand`. */
  readonly origin?: string;
  readonly now: Instant;
}

/**
 * Enters a contact, with its newest lead or a named one, into the newest version of a sequence, because a person or a program wants
 * it. Throws VIV_CONTACT_UNKNOWN, VIV_SEQUENCE_UNKNOWN, VIV_NOT_FOUND.
 */
export function enrolByHand(db: Db, deps: TurnDeps, request: EnrolmentByHand): Promise<Enrolled> {
  const { sequence, contact, lead, key: cause, entryKey, origin = 'by hand', now } = request;
  return transaction(db, async (tx) => {
    const version = await findNewest(tx, sequence);
    const contactId = await contactIdOf(tx, contact, deps.rules.identity);
    const leadId = await leadIdOf(tx, contactId, lead);
    return enrol(tx, deps, { contactId, leadId, version, now, origin, cause, key: entryKey, via: 'hand' });
  });
}
