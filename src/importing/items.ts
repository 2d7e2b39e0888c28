import { normalizeAddress } from '../domain/identity/address';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import type { ContactRow } from '../store/imports/contacts';
import type { Batch } from '../store/imports/record';
import type { PurchaseRecord } from '../store/purchase-record';
import type { Registration } from '../store/registration';
import type { ImportedSuppression } from '../store/suppression-list';
import { type Conversion, toContact, toRegistration, toSuppression } from './convert';
import type { Gathering } from './gathering';
import type { ImportMap, LeadsMap, PurchasesMap } from './map';
import type { Row } from './rows';
import { quoted, wrongRow } from './values';

/** What a row holds that is recorded: of contacts, no registration. */
export interface PersonItem extends ContactRow {
  readonly type: 'person';
  readonly registration?: Registration;
}

/** The first row of a purchase stands for all of it. */
export interface PurchaseItem {
  readonly type: 'purchase';
  readonly purchase: PurchaseRecord;
}

/** A further row of a purchase: nothing is recorded for it, and it is rejected if the purchase is. */
export interface LineItem {
  readonly type: 'line';
  readonly reference: string;
}

export interface SuppressionItem {
  readonly type: 'suppression';
  readonly suppression: ImportedSuppression;
}

export type RecordedItem = PersonItem | PurchaseItem | SuppressionItem;

export type Item = (RecordedItem | LineItem) & {
  /** Values that were left out, and why. */
  readonly warnings: readonly string[];
};

export type Numbered<T> = T & { readonly number: number };

/** How rows become items. Of purchases, `gathering` has seen all rows. */
export function itemOf(
  map: ImportMap,
  given: Omit<Conversion, 'warn'> & { readonly gathering?: Gathering | undefined },
): (row: Row) => Item {
  return (row) => {
    const warnings: string[] = [];
    const conversion = { ...given, warn: (text: string) => void warnings.push(text) };
    return { ...recordedOf(row, map, conversion), warnings };
  };
}

function recordedOf(
  row: Row,
  map: ImportMap,
  conversion: Conversion & { readonly gathering?: Gathering | undefined },
): RecordedItem | LineItem {
  switch (map.import) {
    case 'leads':
      return leadItem(row, map, conversion);
    case 'contacts':
      return { type: 'person', ...reachable(toContact(row, map, conversion)) };
    case 'purchases':
      return purchaseItem(row, map, conversion);
    case 'suppressions':
      return { type: 'suppression', suppression: toSuppression(row, map) };
    default:
      throw new TypeError(`unknown kind of import ${JSON.stringify(map satisfies never)}`);
  }
}

function leadItem(row: Row, map: LeadsMap, conversion: Conversion): PersonItem {
  const registration = reachable(toRegistration(row, map, conversion));
  return { type: 'person', contact: registration.contact, at: registration.at, registration };
}

/** Throws VIV_ROW_INVALID for every row of a purchase that is worthless as a whole. */
function purchaseItem(
  row: Row,
  map: PurchasesMap,
  { now, warn, country, gathering }: Conversion & { readonly gathering?: Gathering | undefined },
): PurchaseItem | LineItem {
  if (!gathering) throw new TypeError('the rows of purchases are gathered before one is recorded');
  const { first, ...purchase } = reachable(gathering.ofRow(row, map, { now, warn, country }));
  if (first !== row.number) return { type: 'line', reference: purchase.reference };
  return { type: 'purchase', purchase: { ...purchase, now } };
}

/** An address that no mailbox has would be nobody's. Throws VIV_ROW_INVALID. */
function reachable<T extends { readonly contact: { readonly email: string } }>(told: T): T {
  const address = normalizeAddress(told.contact.email, DEFAULT_IDENTITY);
  if (address.type === 'refused')
    throw wrongRow(`the e-mail address ${quoted(told.contact.email)}: ${address.problem}`);
  return told;
}

/** Items as they are recorded together: those of an import are of one kind. */
export function batchOf({ import: kind }: ImportMap, items: readonly Numbered<RecordedItem>[]): Batch {
  if (kind === 'purchases') return { kind, rows: items.flatMap((item) => (item.type === 'purchase' ? [item] : [])) };
  if (kind === 'suppressions')
    return { kind, rows: items.flatMap((item) => (item.type === 'suppression' ? [item] : [])) };
  const people = items.flatMap((item) => (item.type === 'person' ? [item] : []));
  if (kind === 'contacts') return { kind, rows: people };
  const rows = people.flatMap(({ number, registration }) => (registration ? [{ number, registration }] : []));
  return { kind, rows };
}
