import { failure } from '../domain/errors';
import { newestLeads } from './audience';
import type { Tx } from './db';

/** A lead of a contact as a caller names it. */
export type LeadRef = { readonly id: string } | { readonly offer: string };

/** The named lead of a contact; without a name the newest, null for none. Throws VIV_NOT_FOUND. */
export async function leadIdOf(tx: Tx, contactId: string, ref: LeadRef | undefined): Promise<string | null> {
  if (ref === undefined) return (await newestLeads(tx, [contactId])).get(contactId) ?? null;
  const [lead] =
    'id' in ref
      ? await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM lead WHERE contact_id = ${contactId}::uuid AND id = ${ref.id}::uuid`
      : await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM lead WHERE contact_id = ${contactId}::uuid AND offer = ${ref.offer}`;
  if (lead) return lead.id;
  throw failure('VIV_NOT_FOUND', {
    what: 'id' in ref ? `Lead ${ref.id} of the contact` : `A lead of the contact in "${ref.offer}"`,
  });
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What a person typed: an id if it looks like one, else an offer. */
export const leadRefOf = (text: string): LeadRef => (UUID.test(text) ? { id: text } : { offer: text });
