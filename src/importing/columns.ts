import {
  type ImportMap,
  isOfPeople,
  type LeadsMap,
  type PeopleMap,
  type PhoneValue,
  type PurchasesMap,
  type SuppressionsMap,
  type Value,
} from './map';
import { columnsOf } from './values';

const ofValue = (value: Value | PhoneValue | undefined): readonly string[] => {
  if (value === undefined) return [];
  return typeof value === 'string' ? columnsOf(value) : [value.column];
};

/** Every column that a mapping names, each once. */
export function columnsIn(map: ImportMap): readonly string[] {
  const own = ownColumns(map);
  const values = isOfPeople(map) ? ofContact(map) : [];
  return [...new Set([...values, ...map.leaveOut.map(({ column }) => column), ...own])];
}

function ofContact({ contact }: PeopleMap): readonly string[] {
  const { email, name, phone, locale, timeZone, attributes, tags } = contact;
  return [email, name, phone, locale, timeZone, ...Object.values(attributes), ...tags].flatMap(ofValue);
}

function ownColumns(map: ImportMap): readonly string[] {
  switch (map.import) {
    case 'leads':
      return ofLeads(map);
    case 'contacts':
      return map.at ? [map.at.column] : [];
    case 'purchases':
      return ofPurchases(map);
    case 'suppressions':
      return ofSuppressions(map);
    default:
      throw new TypeError(`unknown kind of import ${JSON.stringify(map satisfies never)}`);
  }
}

function ofLeads({ lead, consent, at, key = [] }: LeadsMap): readonly string[] {
  const values = [lead.offer, lead.source, lead.campaign].flatMap(ofValue);
  const tested = [at, consent?.when].flatMap((one) => (one ? [one.column] : []));
  return [...values, ...tested, ...key];
}

function ofPurchases({ purchase: { reference, amount, at, isReturn } }: PurchasesMap): readonly string[] {
  const money = 'column' in amount ? [amount.column] : [amount.quantity, amount.price];
  return [...columnsOf(reference), ...money, at.column, ...(isReturn ? [isReturn.column] : [])];
}

const ofSuppressions = ({ suppression: { address, scope, reason } }: SuppressionsMap): readonly string[] =>
  [address, scope, reason].flatMap(ofValue);
