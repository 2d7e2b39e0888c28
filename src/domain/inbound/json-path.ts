import type { Json } from '../ids';

/** Names joined by dots; `[name=X]` chooses from a list: `mail.headers[name=X-Viveiro-Send].value`. A number is a place in a list. */
export const JSON_PATH = /^[\w@-]+(\[[\w-]+=[^\][]{1,100}\])?(\.[\w@-]+(\[[\w-]+=[^\][]{1,100}\])?)*$/;

/** What stands at a path; undefined: nothing. */
export function atPath(value: Json | undefined, path: string): Json | undefined {
  return segmentsOf(path).reduce<Json | undefined>(
    (inside, { name, chosen }) => chosenFrom(memberOf(inside, name), chosen),
    value,
  );
}

interface Segment {
  readonly name: string;
  readonly chosen: { readonly key: string; readonly value: string } | undefined;
}

function segmentsOf(path: string): readonly Segment[] {
  return [...path.matchAll(/([\w@-]+)(?:\[([\w-]+)=([^\][]{1,100})\])?/g)].map(([, name = '', key, value]) => ({
    name,
    chosen: key === undefined || value === undefined ? undefined : { key, value },
  }));
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  return found as Json | undefined; // a member of JSON is JSON
}

function chosenFrom(value: Json | undefined, chosen: Segment['chosen']): Json | undefined {
  if (!chosen) return value;
  if (!Array.isArray(value)) return undefined;
  const wanted = chosen.value.toLowerCase();
  return value.find((one: Json) => textOf(memberOf(one, chosen.key)).toLowerCase() === wanted);
}

/** A text or a number as text; empty: anything else. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The list that stands at a path: one value is a list of one. No path: the whole is it. */
export function listAt(body: Json, path: string | undefined): readonly Json[] {
  const found = path === undefined ? body : atPath(body, path);
  if (Array.isArray(found)) return found;
  return found === undefined ? [] : [found];
}
