import { failure } from '../domain/errors';
import type { Db, Tx } from './db';

/** A contact as a caller names it. */
export type ContactRef = { readonly email: string } | { readonly id: string };

/** The id of a contact on record. Throws VIV_CONTACT_UNKNOWN. */
export async function contactIdOf(db: Db | Tx, ref: ContactRef): Promise<string> {
  const where = 'id' in ref ? { id: ref.id } : { email: ref.email.trim().toLowerCase() };
  const isAskable = 'id' in ref || !ref.email.includes('\0'); // PostgreSQL text holds no NUL, so nobody has such an address
  const contact = isAskable ? await db.contact.findUnique({ where, select: { id: true } }) : null;
  if (!contact) throw failure('VIV_CONTACT_UNKNOWN', { contact: 'id' in ref ? ref.id : ref.email });
  return contact.id;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What a person typed: an id if it looks like one, else an address. */
export const contactRefOf = (text: string): ContactRef => (UUID.test(text) ? { id: text } : { email: text });
