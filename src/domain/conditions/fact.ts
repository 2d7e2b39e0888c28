import type { ClientStatus, Facts, Grade, Stage, Temperature } from '../facts';
import type { Json } from '../ids';

/** What a fact may be compared as. A text that looks like a number is text. */
export type Scalar = string | number | boolean;
/** What is known before looking: an attribute may hold text, a number or true/false, contact by contact. */
export type FactKind = 'text' | 'number' | 'instant' | 'attribute';

/** One fact that a condition may name. */
export interface Fact {
  readonly kind: FactKind;
  /** The only values it takes, if they are few. */
  readonly values?: readonly string[];
  /** Never shown in a stored reason. */
  readonly isPrivate?: true;
  /** The value; null when missing. Instants are milliseconds. */
  readonly read: (facts: Facts) => Scalar | null;
}

type Read<T> = (facts: Facts) => T | null | undefined;
const text = (read: Read<string>): Fact => ({ kind: 'text', read: (facts) => read(facts) ?? null });
const hidden = (read: Read<string>): Fact => ({ ...text(read), isPrivate: true });
const number = (read: Read<number>): Fact => ({ kind: 'number', read: (facts) => read(facts) ?? null });
const instant = (read: Read<number>): Fact => ({ kind: 'instant', read: (facts) => read(facts) ?? null });
/** The object names every value of `T`, so the compiler asks for a new one. */
const choice = <T extends string>(values: { readonly [V in T]: true }, read: Read<T>): Fact => ({
  ...text(read),
  values: Object.keys(values),
});

const STAGES = {
  new: true,
  nurturing: true,
  mql: true,
  sal: true,
  sql: true,
  won: true,
  lost: true,
  recycled: true,
} as const;
const TEMPERATURES = { cold: true, warm: true, hot: true } as const;
const GRADES = { A: true, B: true, C: true, D: true } as const;
const STATUSES = { active: true, pre_inactive: true, inactive: true, ended: true } as const;

/** Every fact but the attributes, by its path. */
export const FACTS = {
  'contact.email': hidden(({ contact }) => contact.email),
  'contact.name': hidden(({ contact }) => contact.name),
  'contact.locale': text(({ contact }) => contact.locale),
  'contact.timeZone': text(({ contact }) => contact.timeZone),
  'contact.createdAt': instant(({ contact }) => contact.createdAt),
  'lead.stage': choice<Stage>(STAGES, ({ lead }) => lead?.stage),
  'lead.temperature': choice<Temperature>(TEMPERATURES, ({ lead }) => lead?.temperature),
  'lead.grade': choice<Grade>(GRADES, ({ lead }) => lead?.grade),
  'lead.score': number(({ lead }) => lead?.score),
  'lead.offer': text(({ lead }) => lead?.offer),
  'lead.source': text(({ lead }) => lead?.source),
  'lead.campaign': text(({ lead }) => lead?.campaign),
  'lead.createdAt': instant(({ lead }) => lead?.createdAt),
  'client.status': choice<ClientStatus>(STATUSES, ({ client }) => client?.status),
  'client.firstPurchaseAt': instant(({ client }) => client?.firstPurchaseAt),
  'client.lastPurchaseAt': instant(({ client }) => client?.lastPurchaseAt),
  'client.purchases': number(({ client }) => client?.purchases),
  'client.revenue': number(({ client }) => client?.revenue),
} as const satisfies { readonly [path: string]: Fact };

export type FixedPath = keyof typeof FACTS;

/** The paths a person may write, for messages. */
export const KNOWN_PATHS: readonly string[] = [...Object.keys(FACTS), 'contact.attributes.<name>'];
/** `contact.attributes.<name>`: attribute names as the API takes them. */
export const ATTRIBUTE_PATH = /^contact\.attributes\.([A-Za-z][A-Za-z0-9_]{0,59})$/;

export function isFixedPath(path: string): path is FixedPath {
  return Object.hasOwn(FACTS, path);
}

/** The attribute's name in `contact.attributes.<name>`; undefined for any other path. */
export function attributeName(path: string): string | undefined {
  return ATTRIBUTE_PATH.exec(path)?.[1];
}

/** The fact at `path`; undefined when there is none of that name. */
export function factAt(path: string): Fact | undefined {
  if (isFixedPath(path)) return FACTS[path];
  const name = attributeName(path);
  return name === undefined
    ? undefined
    : { kind: 'attribute', read: ({ contact }) => attribute(contact.attributes, name) };
}

/** A list or an object counts as missing; `hasOwn` because an attribute may be called `constructor`. */
function attribute(attributes: { readonly [key: string]: Json }, name: string): Scalar | null {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
