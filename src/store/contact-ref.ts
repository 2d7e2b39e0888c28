import { failure } from '../domain/errors';
import type { Db, Tx } from './db';

/** A contact as a caller names it. */
export type ContactRef = { readonly email: string } | { readonly id: string };

/** The id of a contact on record. Throws VIV_CONTACT_UNKNOWN. */
export async function contactIdOf(db: Db | Tx, ref: ContactRef): Promise<string> {
  const contact = await find(db, ref);
  if (!contact) throw failure('VIV_CONTACT_UNKNOWN', { contact: 'id' in ref ? ref.id : ref.email });
  return contact.id;
}

async function find(db: Db | Tx, ref: ContactRef): Promise<{ readonly id: string } | undefined> {
  if ('email' in ref && ref.email.includes('\0')) return undefined; // PostgreSQL text holds no NUL, so nobody has such an address
  const [contact] =
    'id' in ref
      ? await db.$queryRaw<{ id: string }[]>`SELECT id FROM contact WHERE id = ${ref.id}::uuid`
      : await db.$queryRaw<{ id: string }[]>`SELECT id FROM contact WHERE email = ${ref.email.trim().toLowerCase()}`;
  return contact;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What a person typed: an id if it looks like one, else an address. */
export const contactRefOf = (text: string): ContactRef => (UUID.test(text) ? { id: text } : { email: text });
