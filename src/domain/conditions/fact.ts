import type { ClientStatus, FactEvent, Facts, Grade, Stage, Temperature } from '../facts';
import type { Json } from '../ids';

/** What a fact may be compared as. A text that looks like a number is text. */
export type Scalar = string | number | boolean;
/** What may be found: one value, or a list with at least one. */
export type Value = Scalar | readonly Scalar[];
/** What is known before looking: an attribute may hold text, a number, true/false or a list, contact by contact. */
export type FactKind = 'text' | 'number' | 'instant' | 'list' | 'attribute';

/** One fact that a condition may name. */
export interface Fact {
  readonly kind: FactKind;
  /** The only values it takes, if they are few. */
  readonly values?: readonly string[];
  /** Never shown in a stored reason. */
  readonly isPrivate?: true;
  /** The value; null when missing. Instants are milliseconds. A list with nothing in it is missing. */
  readonly read: (facts: Facts) => Value | null;
}

type Read<T> = (facts: Facts) => T | null | undefined;
const text = (read: Read<string>): Fact => ({ kind: 'text', read: (facts) => read(facts) ?? null });
const hidden = (read: Read<string>): Fact => ({ ...text(read), isPrivate: true });
const number = (read: Read<number>): Fact => ({ kind: 'number', read: (facts) => read(facts) ?? null });
const instant = (read: Read<number>): Fact => ({ kind: 'instant', read: (facts) => read(facts) ?? null });
const list = (read: (facts: Facts) => readonly string[]): Fact => ({
  kind: 'list',
  read: (facts) => filled(read(facts)),
});
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

/** Every fact of a fixed name, by its path. */
export const FACTS = {
  'contact.email': hidden(({ contact }) => contact.email),
  'contact.name': hidden(({ contact }) => contact.name),
  'contact.locale': text(({ contact }) => contact.locale),
  'contact.timeZone': text(({ contact }) => contact.timeZone),
  'contact.createdAt': instant(({ contact }) => contact.createdAt),
  'contact.tags': list(({ contact }) => contact.tags),
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
  'organisation.name': text(({ organisation }) => organisation?.name),
  'organisation.domain': text(({ organisation }) => organisation?.domain),
  'organisation.sector': text(({ organisation }) => organisation?.sector),
  'organisation.size': number(({ organisation }) => organisation?.size),
  'organisation.country': text(({ organisation }) => organisation?.country),
} as const satisfies { readonly [path: string]: Fact };

export type FixedPath = keyof typeof FACTS;

/** The paths a person may write, for messages. */
export const KNOWN_PATHS: readonly string[] = [
  ...Object.keys(FACTS),
  'contact.attributes.<name>',
  'event.<property>',
  'entry.<property>',
];

/** Facts whose names the company makes up: attributes as the API takes them, properties of events. */
export const FREE_PATH = /^(contact\.attributes|event|entry)\.([A-Za-z][A-Za-z0-9_]{0,59})$/;

export interface FreePath {
  /** Whose it is: the contact's, that of the event that is looked at, or of the event that began the journey. */
  readonly of: 'contact' | 'event' | 'entry';
  readonly name: string;
}

export function isFixedPath(path: string): path is FixedPath {
  return Object.hasOwn(FACTS, path);
}

/** The parts of `contact.attributes.<name>`, `event.<property>` or `entry.<property>`; undefined for any other path. */
export function freePath(path: string): FreePath | undefined {
  const [, root, name] = FREE_PATH.exec(path) ?? [];
  if (root === undefined || name === undefined) return undefined;
  return { of: root === 'event' || root === 'entry' ? root : 'contact', name };
}

/** The fact at `path`; undefined when there is none of that name. */
export function factAt(path: string): Fact | undefined {
  if (isFixedPath(path)) return FACTS[path];
  const free = freePath(path);
  return free && { kind: 'attribute', read: (facts) => valueIn(holderOf(free, facts), free.name) };
}

type Holder = FactEvent['properties'];

function holderOf({ of }: FreePath, { contact, event, entry }: Facts): Holder | undefined {
  if (of === 'contact') return contact.attributes;
  return (of === 'event' ? event : entry)?.properties;
}

/** An object counts as missing; `hasOwn` because an attribute may be called `constructor`. */
function valueIn(holder: Holder | undefined, name: string): Value | null {
  const value = holder && Object.hasOwn(holder, name) ? holder[name] : null;
  if (Array.isArray(value)) return filled(value.filter(isScalar));
  return isScalar(value) ? value : null;
}

export const isScalar = (value: Json | Value | undefined): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const filled = <T>(values: readonly T[]): readonly T[] | null => (values.length > 0 ? values : null);
