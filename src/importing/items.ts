import { normalizeAddress } from '../domain/identity/address';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import type { Instant } from '../domain/ids';
import type { ContactRow } from '../store/imports/contacts';
import type { Batch } from '../store/imports/record';
import type { Registration } from '../store/registration';
import { toContact, toRegistration } from './convert';
import type { ContactsMap, LeadsMap } from './map';
import type { Row } from './rows';
import { quoted, wrongRow } from './values';

/** What a row of a batch holds: of contacts, no registration. */
export interface Item extends ContactRow {
  readonly registration?: Registration;
}

export type BatchedMap = LeadsMap | ContactsMap;

/** How rows become items. */
export const itemOf =
  (map: BatchedMap, { now }: { readonly now: Instant }) =>
  (row: Row): Item => {
    if (map.import === 'contacts') return reachable(toContact(row, map, { now }));
    const registration = reachable(toRegistration(row, map, { now }));
    return { contact: registration.contact, at: registration.at, registration };
  };

/** An address that no mailbox has would be nobody's. Throws VIV_ROW_INVALID. */
function reachable<T extends { readonly contact: { readonly email: string } }>(told: T): T {
  const address = normalizeAddress(told.contact.email, DEFAULT_IDENTITY);
  if (address.type === 'refused')
    throw wrongRow(`the e-mail address ${quoted(told.contact.email)}: ${address.problem}`);
  return told;
}

/** Items as they are recorded together. */
export function batchOf(map: BatchedMap, items: readonly (Item & { readonly number: number })[]): Batch {
  if (map.import === 'contacts') return { kind: 'contacts', rows: items };
  const rows = items.flatMap(({ number, registration }) => (registration ? [{ number, registration }] : []));
  return { kind: 'leads', rows };
}
