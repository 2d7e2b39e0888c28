import type { Instant } from '../domain/ids';
import { type ContactRef, contactIdOf } from '../store/contact-ref';
import { upsertContact } from '../store/contacts';
import { type Tx, transaction } from '../store/db';
import { type Ingested, ingestIn } from '../store/ingest';
import { createRecorder, type EventTold, type Recorder } from '../store/recorder';
import type { ApiDeps } from './deps';

export interface EventToRecord extends EventTold {
  /** Put an unknown address on record first. */
  readonly createContact: boolean;
}

/** One for each server: what comes at once is recorded together. */
const recorders = new WeakMap<ApiDeps, Recorder>();

export function recorderOf(deps: ApiDeps): Recorder {
  const known = recorders.get(deps) ?? createRecorder(deps.db, deps.turn);
  recorders.set(deps, known);
  return known;
}

/** Finds or makes the contact and ingests the event, in one transaction. Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT. */
export function recordEvent(deps: ApiDeps, { createContact, ...event }: EventToRecord): Promise<Ingested> {
  if (!createContact) return recorderOf(deps).record(event);
  const { contact, ...rest } = event;
  return transaction(deps.db, async (tx) => {
    const contactId = await contactMade(tx, deps, { contact, at: event.at });
    return ingestIn(tx, deps.turn, { ...rest, contactId });
  });
}

async function contactMade(
  tx: Tx,
  { turn: { rules } }: ApiDeps,
  { contact, at }: { readonly contact: ContactRef; readonly at: Instant },
): Promise<string> {
  if ('id' in contact) return contactIdOf(tx, contact);
  const { id } = await upsertContact(tx, { email: contact.email, at }, rules);
  return id;
}
