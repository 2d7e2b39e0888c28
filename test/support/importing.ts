import { stringify } from 'yaml';
import { type ContactsMap, type ImportMap, type LeadsMap, type PurchasesMap, parseMap } from '../../src/importing/map';
import type { Row } from '../../src/importing/rows';

type Parts = { readonly [key: string]: unknown };

const parsed = (map: Parts): ImportMap => parseMap(stringify(map), 'map.yaml');

/** A mapping of leads with the columns email and name; say only what matters to the test. */
export function aLeadsMap(parts: Parts = {}): LeadsMap {
  const contact = { email: '{email}', name: '{name}' };
  const map = parsed({ import: 'leads', name: 'fair', contact, lead: { offer: 'course', source: 'fair' }, ...parts });
  if (map.import !== 'leads') throw new TypeError('a mapping of leads was asked for');
  return map;
}

/** A mapping of purchases like that of the shop, with the columns invoice, quantity, price, date, customer. */
export function aPurchasesMap(parts: Parts = {}): PurchasesMap {
  const map = parsed({
    import: 'purchases',
    name: 'shop',
    leaveOut: [{ column: 'customer', is: '', reason: 'no customer' }],
    contact: { email: 'client-{customer}@example.test', locale: 'en' },
    purchase: {
      reference: '{invoice}',
      amount: { quantity: 'quantity', price: 'price' },
      at: { column: 'date', format: 'dd-MM-yyyy HH:mm', zone: 'Europe/London' },
      isReturn: { column: 'invoice', startsWith: 'C' },
    },
    ...parts,
  });
  if (map.import !== 'purchases') throw new TypeError('a mapping of purchases was asked for');
  return map;
}

/** The first row of a file with these cells. */
export function aRow(cells: { readonly [column: string]: string }, number = 1): Row {
  return {
    line: number + 1,
    number,
    ownNumber: number,
    cells: new Map(Object.entries(cells)),
    original: Object.values(cells),
  };
}

/** A mapping of contacts with the columns email and name. */
export function aContactsMap(parts: Parts = {}): ContactsMap {
  const map = parsed({ import: 'contacts', name: 'people', contact: { email: '{email}', name: '{name}' }, ...parts });
  if (map.import !== 'contacts') throw new TypeError('a mapping of contacts was asked for');
  return map;
}
