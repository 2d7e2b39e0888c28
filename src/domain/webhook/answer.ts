import type { Json } from '../ids';

const MOST_LETTERS = 1_000;
const MOST_ITEMS = 100;

/** What an answer gives of the attributes that a step wants. */
export interface Given {
  readonly set: { readonly [attribute: string]: Json };
  /** Attributes that it does not give: the place is not there, or holds nothing that an attribute can be. */
  readonly missing: readonly string[];
}

/**
 * Takes attributes out of the JSON of an answer, each from its place (`company.size`, `items.0.name`): texts of at most 1,000
 * characters, numbers, true/false, null, and lists of these. Whatever else the other system says is left alone.
 */
export function attributesFrom(body: string, wanted: { readonly [attribute: string]: string }): Given {
  const answer = parsed(body);
  const found = Object.entries(wanted).map(([name, place]) => [name, attributeAt(answer, place)] as const);
  const set = Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { set, missing: found.flatMap(([name, value]) => (value === undefined ? [name] : [])) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no JSON: nothing is in it
  }
}

/** Walks down by what the JSON itself holds: no name reaches what every object or list has. */
function attributeAt(answer: unknown, place: string): Json | undefined {
  let value = answer;
  for (const name of place.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.prototype.propertyIsEnumerable.call(value, name))
      return undefined;
    value = Reflect.get(value, name);
  }
  if (isScalar(value)) return value;
  return Array.isArray(value) && value.length <= MOST_ITEMS && value.every(isScalar) ? value : undefined;
}

function isScalar(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'string') return value.length <= MOST_LETTERS && isStorable(value);
  if (typeof value === 'number') return Number.isFinite(value); // 1e999 is no number that JSON could hold again
  return typeof value === 'boolean' || value === null;
}

/** PostgreSQL holds no NUL and no half surrogate pair. */
const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);
