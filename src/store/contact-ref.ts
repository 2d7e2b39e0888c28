import { failure } from '../domain/errors';
import type { IdentityRules } from '../domain/identity/rules';
import { findByAddress } from './addresses';
import { type Db, survivorOf, type Tx } from './db';

/** A contact as a caller names it. */
export type ContactRef = { readonly email: string } | { readonly id: string };

/** The id of a contact on record; of one that was merged, that of who stays. Throws VIV_CONTACT_UNKNOWN. */
export async function contactIdOf(db: Db | Tx, ref: ContactRef, identity?: IdentityRules): Promise<string> {
  const id = 'id' in ref ? await findById(db, ref.id) : await findByAddress(db, ref.email, identity);
  if (id === undefined) throw failure('VIV_CONTACT_UNKNOWN', { contact: 'id' in ref ? ref.id : ref.email });
  return id;
}

async function findById(db: Db | Tx, id: string): Promise<string | undefined> {
  const [contact] = await db.$queryRaw<{ id: string }[]>`SELECT id FROM contact WHERE id = ${id}::uuid`;
  return contact?.id ?? survivorOf(db, id);
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What a person typed: an id if it looks like one, else an address. */
export const contactRefOf = (text: string): ContactRef => (UUID.test(text) ? { id: text } : { email: text });
