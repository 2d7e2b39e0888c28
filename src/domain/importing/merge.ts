import type { Instant, Json } from '../ids';

/** What becomes of a field that is known already: it stays; the row's takes its place; or the one that was told later holds. */
export type FieldRule = 'keep' | 'replace' | 'newest';
/** Tags are a set: a row may also add its own. */
export type TagsRule = 'append' | FieldRule;

/** How rows about a contact that is known are brought together with it, whether it is on record or stands in a row above. */
export interface MergeRules {
  readonly name: FieldRule;
  readonly locale: FieldRule;
  readonly timeZone: FieldRule;
  readonly tags: TagsRule;
  /** Of attributes that `attribute` does not name. */
  readonly attributes: FieldRule;
  readonly attribute: { readonly [name: string]: FieldRule };
}

/** As leads that come by the API: what is given takes the place of what was there, and tags are added. */
export const DEFAULT_MERGE: MergeRules = {
  name: 'replace',
  locale: 'replace',
  timeZone: 'replace',
  tags: 'append',
  attributes: 'replace',
  attribute: {},
};

/** What is known of a contact. */
export interface KnownContact {
  readonly name: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly attributes: { readonly [name: string]: Json };
  readonly tags: readonly string[];
  /** As of when it was last told. */
  readonly changedAt: Instant;
}

/** What a row says of a contact; what it does not know is left out. */
export interface ToldContact {
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly attributes?: { readonly [name: string]: Json } | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly at: Instant;
}

/** One field that changes. Null stands for what is not known. */
export interface FieldChange {
  /** name, locale, timeZone, tags, or attributes.<name>. */
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

export interface Merged {
  readonly after: KnownContact;
  /** In the order of the fields; none: the row says nothing new. */
  readonly changes: readonly FieldChange[];
}

const ATTRIBUTE = 'attributes.';

/** Brings a row together with what is known: pure, so that a dry run foretells what an import does. */
export function merged(before: KnownContact, told: ToldContact, rules: MergeRules): Merged {
  const isOlder = told.at < before.changedAt;
  const changes: FieldChange[] = [];
  const settle = (field: string, rule: FieldRule, known: Json, given: Json | undefined): Json => {
    if (given === undefined || isSame(known, given) || !takes(rule, { known, isOlder })) return known;
    changes.push({ field, before: known, after: given });
    return given;
  };
  const name = settle('name', rules.name, before.name, told.name);
  const locale = settle('locale', rules.locale, before.locale, told.locale);
  const timeZone = settle('timeZone', rules.timeZone, before.timeZone, told.timeZone);
  const attributes = Object.entries(told.attributes ?? {}).map(([key, given]): [string, Json] => {
    const known = Object.hasOwn(before.attributes, key) ? (before.attributes[key] ?? null) : null;
    const rule = Object.hasOwn(rules.attribute, key) ? (rules.attribute[key] ?? rules.attributes) : rules.attributes;
    return [key, settle(`${ATTRIBUTE}${key}`, rule, known, given)];
  });
  const tagRule = rules.tags === 'append' ? 'replace' : rules.tags;
  const tags = settle('tags', tagRule, tagsOf(before.tags), tagsTold(before.tags, told.tags, rules.tags));
  const after: KnownContact = {
    name: name as string | null, // settle answers one of the two that it was given
    locale: locale as string,
    timeZone: timeZone as string,
    attributes: { ...before.attributes, ...Object.fromEntries(attributes) },
    tags: (tags ?? []) as readonly string[],
    changedAt: Math.max(before.changedAt, told.at),
  };
  return { after, changes };
}

/** Whether what is given takes the place of what is known. What is not known is always filled. */
function takes(rule: FieldRule, { known, isOlder }: { readonly known: Json; readonly isOlder: boolean }): boolean {
  if (known === null || rule === 'replace') return true;
  return rule === 'newest' && !isOlder;
}

/** In the order of the alphabet, each once; null: none. */
const tagsOf = (tags: readonly string[]): Json => (tags.length === 0 ? null : [...new Set(tags)].sort());

function tagsTold(known: readonly string[], told: readonly string[] | undefined, rule: TagsRule): Json | undefined {
  if (told === undefined || told.length === 0) return undefined;
  return tagsOf(rule === 'append' ? [...known, ...told] : told);
}

const isSame = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A contact as a row makes it, that was not known before. */
export function madeOf(told: ToldContact, defaults: Pick<KnownContact, 'locale' | 'timeZone'>): KnownContact {
  return {
    name: told.name ?? null,
    locale: told.locale ?? defaults.locale,
    timeZone: told.timeZone ?? defaults.timeZone,
    attributes: told.attributes ?? {},
    tags: [...new Set(told.tags ?? [])].sort(),
    changedAt: told.at,
  };
}

export interface Restored {
  readonly after: KnownContact;
  /** Fields that something else has changed since: they stay. */
  readonly kept: readonly string[];
}

/** Takes changes back, the last one first: a field is restored only while it still says what the import made it say. */
export function restored(now: KnownContact, changes: readonly FieldChange[]): Restored {
  const kept = new Set<string>();
  let after = now;
  for (const { field, before, after: made } of changes.toReversed()) {
    if (kept.has(field)) continue;
    if (isSame(fieldOf(after, field), made)) after = withField(after, field, before);
    else kept.add(field);
  }
  return { after, kept: [...kept].sort() };
}

function fieldOf(contact: KnownContact, field: string): Json {
  if (field.startsWith(ATTRIBUTE)) return contact.attributes[field.slice(ATTRIBUTE.length)] ?? null;
  if (field === 'tags') return tagsOf(contact.tags);
  if (field === 'name') return contact.name;
  return field === 'locale' ? contact.locale : contact.timeZone;
}

function withField(contact: KnownContact, field: string, value: Json): KnownContact {
  if (field.startsWith(ATTRIBUTE)) {
    const { [field.slice(ATTRIBUTE.length)]: _, ...rest } = contact.attributes;
    return { ...contact, attributes: value === null ? rest : { ...rest, [field.slice(ATTRIBUTE.length)]: value } };
  }
  if (field === 'tags') return { ...contact, tags: Array.isArray(value) ? value.map(String) : [] };
  return { ...contact, [field]: value };
}
