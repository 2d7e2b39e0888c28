import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { emailField, tagsField, text } from '../api/contract/common';
import { contactBody, leadBody } from '../api/contract/leads';
import { scopeSchema } from '../domain/consent/scope';
import { asciiDomain } from '../domain/identity/domain-name';
import { type Instant, keyOf } from '../domain/ids';
import type { Registration } from '../store/registration';
import { addressOf, type ImportedSuppression } from '../store/suppression-list';
import { isFormula, restored } from './formulas';
import type { ContactsMap, LeadsMap, PeopleMap, PurchasesMap, SuppressionsMap } from './map';
import { phoneIn } from './phones';
import type { Row } from './rows';
import { amountIn, attributeIn, identityIn, instantIn, passes, quoted, requiredCell, textIn, wrongRow } from './values';

export type ImportedContact = Registration['contact'];

/** One line of a purchase: the lines with its reference make the purchase. */
export interface PurchaseLine {
  readonly reference: string;
  readonly contact: ImportedContact;
  /** With its sign. */
  readonly amount: number;
  readonly isReturn: boolean;
  readonly at: Instant;
}

/** What rows are read with. */
export interface Conversion {
  /** What is later has not happened yet, and is refused. */
  readonly now: Instant;
  /** Of telephone numbers that do not say theirs, where the mapping names none (ISO 3166-1). */
  readonly country?: string | undefined;
  /** Told of each value that is left out, and why. */
  readonly warn?: (text: string) => void;
}

/** Why a row is not meant to be imported; `undefined`: it is. */
export function leftOutBecause(row: Row, { leaveOut }: Pick<PeopleMap, 'leaveOut'>): string | undefined {
  return leaveOut.find((test) => passes(row, test))?.reason;
}

/** A row as a registration. Throws VIV_ROW_INVALID and VIV_PHONE_INVALID. */
export function toRegistration(row: Row, map: LeadsMap, conversion: Conversion): Registration {
  const { now } = conversion;
  const { offer, source, campaign } = map.lead;
  const content = checked(leadBody, {
    contact: contactIn(row, map, conversion),
    lead: { offer: textIn(row, offer), source: textIn(row, source), campaign: campaign && textIn(row, campaign) },
    consent: consentIn(row, map),
  });
  const at = map.at && instantIn(row, map.at);
  const { contact, lead, consent } = content;
  const idempotencyKey = rowKey(row, map, { contact, lead, consent, at });
  return { idempotencyKey, at: pastOnly(at ?? now, now), contact, lead, ...(consent ? { consent } : {}) };
}

/** What a row tells of a contact, as of when. */
export interface ContactTold {
  readonly contact: ImportedContact;
  readonly at: Instant;
}

/** A row as what it tells of a contact. Throws VIV_ROW_INVALID and VIV_PHONE_INVALID. */
export function toContact(row: Row, map: ContactsMap, conversion: Conversion): ContactTold {
  const { now } = conversion;
  const contact = checked(contactBody, contactIn(row, map, conversion));
  return { contact, at: pastOnly((map.at && instantIn(row, map.at)) ?? now, now) };
}

/** A row as a line of a purchase. Throws VIV_ROW_INVALID and VIV_PHONE_INVALID. */
export function toPurchaseLine(row: Row, map: PurchasesMap, conversion: Conversion): PurchaseLine {
  const { reference, amount, at, isReturn } = map.purchase;
  return {
    reference: checked(text(200), identityIn(row, reference)),
    contact: checked(contactBody, contactIn(row, map, conversion)),
    amount: amountIn(row, { amount, decimal: map.decimal }),
    isReturn: isReturn !== undefined && passes(row, isReturn),
    at: pastOnly(instantIn(row, at), conversion.now),
  };
}

function contactIn(row: Row, { contact, decimal }: PeopleMap, conversion: Conversion) {
  const email = inAscii(refuseFormula('the e-mail address', identityIn(row, contact.email)));
  const name = contact.name && textIn(row, contact.name);
  // in the order of their names, so that a mapping written in another order gives the same content
  const attributes = Object.entries(contact.attributes)
    .map(([key, value]) => [key, attributeIn(row, { value, decimal })] as const)
    .concat(contact.phone ? [['phone', phoneIn(row, contact.phone, conversion)]] : [])
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    email,
    name: name && refuseFormula('the name', name),
    timeZone: contact.timeZone && textIn(row, contact.timeZone),
    locale: contact.locale && textIn(row, contact.locale),
    attributes: Object.fromEntries(attributes),
    ...tagsIn(row, contact.tags),
  };
}

/** An address with its domain as mail servers know it: `ana@josé.example` has letters that none of them takes. */
function inAscii(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = asciiDomain(email.slice(at + 1));
  return /^[ -~]*$/.test(email) || domain === undefined ? email : `${email.slice(0, at)}@${domain}`;
}

/** Nothing where the mapping names none: content is compared with that of earlier imports. */
function tagsIn(row: Row, values: PeopleMap['contact']['tags']): { readonly tags?: readonly string[] } {
  const cells = values.flatMap((value) => textIn(row, value)?.split('|') ?? []);
  const tags = [...new Set(cells.map((tag) => tag.trim()).filter((tag) => tag !== ''))].sort();
  return tags.length === 0 ? {} : { tags: checked(tagsField, tags) };
}

/** Addresses and names go into mails and lists, which people open in spreadsheets. Attributes keep such a text as it is. */
function refuseFormula(what: string, text: string): string {
  if (isFormula(text)) throw wrongRow(`${what} ${quoted(text)} begins like a formula`);
  return text;
}

function consentIn(row: Row, { consent }: LeadsMap) {
  if (!consent || (consent.when && !passes(row, consent.when))) return undefined;
  const { purpose, basis, text } = consent;
  return { purpose, granted: true, basis, text };
}

/** The same row has the same key in whatever file and place it comes again. */
function rowKey(row: Row, { name, key }: LeadsMap, content: object): string {
  if (!key) return `import:${createHash('sha256').update(JSON.stringify(content)).digest('base64url')}`;
  return keyOf('import', name, ...key.map((column) => JSON.stringify(requiredCell(row, column))));
}

function pastOnly(at: Instant, now: Instant): Instant {
  if (at > now) throw wrongRow(`${new Date(at).toISOString()} lies in the future`);
  if (at < EARLIEST) throw wrongRow(`${new Date(at).toISOString()} lies before the year 1900`);
  return at;
}

const EARLIEST = Date.UTC(1900, 0, 1);

/** What a schema makes of a row's values. Throws VIV_ROW_INVALID. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw wrongRow(
    result.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; '),
  );
}

/** A row as an address that must not be mailed. Throws VIV_ROW_INVALID. */
export function toSuppression(row: Row, { suppression }: SuppressionsMap): ImportedSuppression {
  const address = addressOf(restored(identityIn(row, suppression.address)));
  if ('email' in address && !emailField.safeParse(address.email).success)
    throw wrongRow(`${quoted(address.email)} is neither an e-mail address nor a hash of one (64 hexadecimal digits)`);
  const scope = scopeSchema.safeParse(
    (suppression.scope && textIn(row, suppression.scope)) ?? suppression.defaultScope,
  );
  if (!scope.success) throw wrongRow(`the scope is ${scope.error.issues[0]?.message}`);
  const reason = (suppression.reason && textIn(row, suppression.reason)) ?? 'imported';
  if (!text(60).safeParse(reason).success)
    throw wrongRow('the reason has more than 60 letters, or some that cannot be kept');
  return { address, scope: scope.data, reason };
}
