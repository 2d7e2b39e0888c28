import type { Instant } from '../domain/ids';
import type { ContactRow } from '../store/imports/contacts';
import type { Batch } from '../store/imports/record';
import type { Registration } from '../store/registration';
import { toContact, toRegistration } from './convert';
import type { ContactsMap, LeadsMap } from './map';
import type { Row } from './rows';

/** What a row of a batch holds: of contacts, no registration. */
export interface Item extends ContactRow {
  readonly registration?: Registration;
}

export type BatchedMap = LeadsMap | ContactsMap;

/** How rows become items. */
export const itemOf =
  (map: BatchedMap, { now }: { readonly now: Instant }) =>
  (row: Row): Item => {
    if (map.import === 'contacts') return toContact(row, map, { now });
    const registration = toRegistration(row, map, { now });
    return { contact: registration.contact, at: registration.at, registration };
  };

/** Items as they are recorded together. */
export function batchOf(map: BatchedMap, items: readonly (Item & { readonly number: number })[]): Batch {
  if (map.import === 'contacts') return { kind: 'contacts', rows: items };
  const rows = items.flatMap(({ number, registration }) => (registration ? [{ number, registration }] : []));
  return { kind: 'leads', rows };
}
