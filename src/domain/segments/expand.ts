import type { Json } from '../ids';
import { suggestion } from '../yaml/closest';
import type { Found, Path } from '../yaml/problem';

/** What segments mean: the condition of each as its file says it, by name, with the segments inside it written out. */
export type Meanings = { readonly [name: string]: Json };

/** Where the meaning of a segment is looked up; a list of problems when it has none. */
export type Lookup = (name: string, path: Path) => Json | readonly Found[];

export interface Expanded {
  readonly input: Json;
  readonly found: readonly Found[];
}

/** Stands for a segment without meaning, so that the rest of its file can be checked. */
const PLACEHOLDER: Json = { fact: 'contact.email', exists: true };
/** The keys under which conditions stand, in every kind of file. */
const HOLDERS = ['when', 'where'];

/**
 * A document with the meaning of each segment beside its name, as `{ segment, means }`: what is published says for ever what it
 * meant then. Conditions are what stands under `when` and `where`. Each unknown name is an error, VIV_SEGMENT_UNKNOWN.
 */
export function expandDocument(input: Json, meanings: Meanings): Expanded {
  const lookup: Lookup = (name, path) =>
    Object.hasOwn(meanings, name)
      ? (meanings[name] ?? PLACEHOLDER)
      : [unknownSegment(name, path, Object.keys(meanings))];
  return within(input, [], lookup);
}

/** `expandDocument` for one condition. */
export function expandCondition(input: Json, path: Path, lookup: Lookup): Expanded {
  if (!isObject(input)) return { input, found: [] };
  const { segment } = input;
  if (typeof segment === 'string') return named(input, segment, { path, lookup });
  return eachPart(input, (part, key) => {
    const at = [...path, key];
    if ((key === 'all' || key === 'any') && Array.isArray(part))
      return eachOf(part, at, (one, place) => expandCondition(one, place, lookup));
    return key === 'not' ? expandCondition(part, at, lookup) : { input: part, found: [] };
  });
}

interface Place {
  readonly path: Path;
  readonly lookup: Lookup;
}

function named(input: JsonObject, segment: string, { path, lookup }: Place): Expanded {
  const meaning = lookup(segment, [...path, 'segment']);
  const isProblem = Array.isArray(meaning);
  const own = Object.hasOwn(input, 'means') ? [ownMeaning(path)] : [];
  const means = isProblem ? PLACEHOLDER : (meaning as Json); // of the two, only the problems are a list
  return { input: { ...input, means }, found: [...(isProblem ? (meaning as readonly Found[]) : []), ...own] };
}

function within(input: Json, path: Path, lookup: Lookup): Expanded {
  if (Array.isArray(input)) return eachOf(input, path, (one, at) => within(one, at, lookup));
  if (!isObject(input)) return { input, found: [] };
  return eachPart(input, (part, key) => {
    const at = [...path, key];
    return HOLDERS.includes(key) && isObject(part) ? expandCondition(part, at, lookup) : within(part, at, lookup);
  });
}

type JsonObject = { readonly [key: string]: Json };
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function eachPart(input: JsonObject, change: (part: Json, key: string) => Expanded): Expanded {
  const parts = Object.entries(input).map(([key, part]) => [key, change(part, key)] as const);
  return {
    input: Object.fromEntries(parts.map(([key, part]) => [key, part.input])),
    found: parts.flatMap(([, part]) => part.found),
  };
}

function eachOf(list: readonly Json[], path: Path, change: (part: Json, at: Path) => Expanded): Expanded {
  const parts = list.map((part, index) => change(part, [...path, index]));
  return { input: parts.map((part) => part.input), found: parts.flatMap((part) => part.found) };
}

const ownMeaning = (path: Path): Found => ({
  severity: 'error',
  code: 'VIV_KEY_UNKNOWN',
  path: [...path, 'means'],
  at: 'key',
  message: 'unknown key `means`',
  fix: 'remove it: what a segment means is written in when it is published',
});

export function unknownSegment(name: string, path: Path, known: readonly string[]): Found {
  return {
    severity: 'error',
    code: 'VIV_SEGMENT_UNKNOWN',
    path,
    at: 'value',
    message: `there is no segment "${name}"`,
    fix: known.length > 0 ? suggestion(name, known) : 'write it into rules/segments.yaml, which names none',
  };
}
