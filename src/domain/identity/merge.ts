import type { SaidState } from '../consent/record';
import type { ClientStatus, Stage } from '../facts';
import type { Instant, Json } from '../ids';
import { addInterest, type Interest } from '../scoring/interest';
import type { IdentityRules, Preferred } from './rules';

/** What a merge takes of a contact's own row. */
export interface Person {
  readonly name: string | null;
  readonly timeZone: string;
  readonly locale: string;
  readonly attributes: { readonly [key: string]: Json };
  readonly tags: readonly string[];
  readonly organisationId: string | null;
  readonly createdAt: Instant;
  /** When anything happened with it last. */
  readonly lastAt: Instant;
}

export type Side = 'survivor' | 'merged';

export interface MergedPerson {
  readonly person: Omit<Person, 'lastAt'>;
  /** Whose value won where both had one and they differed, by the name of the value. */
  readonly won: { readonly [value: string]: Side };
}

/** One contact of two: values of the one that the rules prefer, of the other where that has none; tags of both. */
export function mergedPerson(survivor: Person, merged: Person, { merge }: Pick<IdentityRules, 'merge'>): MergedPerson {
  const newest: Side = merged.lastAt > survivor.lastAt ? 'merged' : 'survivor';
  const sideOf = (preferred: Preferred): Side => (preferred === 'newest' ? newest : preferred);
  const won: { [value: string]: Side } = {};
  const pick = <T>(name: string, [own, other]: readonly [T, T], preferred: Preferred = merge.prefer): T => {
    if (other === null || other === undefined) return own;
    if (own === null || own === undefined || isSame(own, other)) return other;
    const side = sideOf(preferred);
    won[name] = side;
    return side === 'survivor' ? own : other;
  };
  const names = [...new Set([...Object.keys(survivor.attributes), ...Object.keys(merged.attributes)])].sort();
  const attributes = names.map((name) => {
    const pair = [survivor.attributes[name], merged.attributes[name]] as const;
    return [name, pick(`attributes.${name}`, pair, merge.attributes[name]) ?? null] as const;
  });
  const of = <K extends keyof Person>(key: K) => pick(key, [survivor[key], merged[key]]);
  const person = {
    name: of('name'),
    timeZone: of('timeZone'),
    locale: of('locale'),
    organisationId: of('organisationId'),
    attributes: Object.fromEntries(attributes),
    tags: [...new Set([...survivor.tags, ...merged.tags])].sort(),
    createdAt: Math.min(survivor.createdAt, merged.createdAt),
  };
  return { person, won };
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What is left of a merged person once the merge is taken back: what was changed since stays, all else is as it was before. */
export function unmergedPerson<T extends Omit<Person, 'lastAt'>>(now: T, before: T, after: T): T {
  const values = Object.keys(now).map((key) => [key, valueBefore(key as keyof T, { now, before, after })] as const); // its own keys
  return Object.fromEntries(values) as unknown as T; // the same keys
}

interface Times<T> {
  readonly now: T;
  readonly before: T;
  readonly after: T;
}

function valueBefore<T extends Omit<Person, 'lastAt'>>(key: keyof T, { now, before, after }: Times<T>): unknown {
  if (key === 'attributes') return attributesBefore(now.attributes, before.attributes, after.attributes);
  if (key === 'tags' && !isSame(now.tags, after.tags)) {
    const brought = after.tags.filter((tag) => !before.tags.includes(tag));
    return now.tags.filter((tag) => !brought.includes(tag));
  }
  return isSame(now[key], after[key]) ? before[key] : now[key];
}

type Attributes = Person['attributes'];

const attributesBefore = (now: Attributes, before: Attributes, after: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(now).flatMap(([name, value]): [string, Json][] => {
      if (!isSame(value, after[name])) return [[name, value]];
      return name in before ? [[name, before[name] ?? null]] : [];
    }),
  );

export interface LeadOfMerge {
  readonly stage: Stage;
  readonly temperature: 'cold' | 'warm' | 'hot';
  readonly source: string;
  readonly campaign: string | null;
  readonly interest: Interest;
  readonly mqlAt: Instant | null;
  readonly createdAt: Instant;
}

/** From what is furthest from a sale to what is nearest; a lead that goes on is further than one that was lost. */
const STAGES: readonly Stage[] = ['lost', 'new', 'recycled', 'nurturing', 'mql', 'sal', 'sql', 'won'];
const TEMPERATURES = ['cold', 'warm', 'hot'] as const;

/** One lead of two in the same offer: the source of the earlier, the stage of the further, the interest of both. */
export function mergedLead(own: LeadOfMerge, other: LeadOfMerge, halfLife: number): LeadOfMerge {
  const { source, campaign, createdAt } = other.createdAt < own.createdAt ? other : own;
  const further = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(b) > order.indexOf(a) ? b : a);
  const mqlAt = [own.mqlAt, other.mqlAt].filter((at) => at !== null);
  return {
    source,
    campaign,
    createdAt,
    stage: further(STAGES, own.stage, other.stage),
    temperature: further(TEMPERATURES, own.temperature, other.temperature),
    interest: addInterest(own.interest, other.interest, halfLife),
    mqlAt: mqlAt.length === 0 ? null : Math.min(...mqlAt),
  };
}

export interface ClientOfMerge {
  readonly status: ClientStatus;
  readonly statusAt: Instant;
  readonly lastPurchaseAt: Instant | null;
}

/** Whose status holds of two clients: of who bought last. */
export const statusHolder = (own: ClientOfMerge, other: ClientOfMerge): Side =>
  (other.lastPurchaseAt ?? Number.NEGATIVE_INFINITY) > (own.lastPurchaseAt ?? Number.NEGATIVE_INFINITY)
    ? 'merged'
    : 'survivor';

/** The newest word of a contact about a purpose. */
export interface Word {
  readonly state: SaidState;
  readonly at: Instant;
}

/** What holds over what: a no over a yes, and both over what is only asked for. */
const WEIGHTS = { requested: 1, given: 2, withdrawn: 3 } as const satisfies { readonly [S in SaidState]: number };

/**
 * Whether a word of the merged contact is carried over. A no holds whenever and by whomever of the two it was said: a later yes was said of
 * the other address. So no order of merges allows more than the strictest of all. Of two that say the same the newer one is told.
 */
export function isCarried(own: Word | undefined, other: Word): boolean {
  if (own === undefined) return true;
  const more = WEIGHTS[other.state] - WEIGHTS[own.state];
  return more > 0 || (more === 0 && other.at > own.at);
}
