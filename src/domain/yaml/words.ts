import type { Path } from './problem';

/** What zod calls a type, in a writer's words. */
const EXPECTED: { readonly [type: string]: string } = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
  null: 'nothing',
};

/** `text` for zod's `string`. */
export const expectedWord = (type: string): string => EXPECTED[type] ?? type;

/** `one of lead, client` */
export function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`;
}

const LONGEST = 60;

/** The value as it was written, cut short; what kind of thing it is for all but plain values. */
export function foundWord(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'keys with values';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The value at a path of plain JSON; undefined when there is none. */
export function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string]: unknown })[key]; // an object or a list, which hasOwn has looked at
  }
  return value;
}

/** `steps[2].next (step "nudge")`: the innermost part of a list that has an `id` or a `name` is told by it. */
export function pathWords(path: Path, input: unknown): string {
  const plain = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return plain.replace(/^\./, '') + nameWords(path, input);
}

function nameWords(path: Path, input: unknown): string {
  for (let index = path.length - 1; index > 0; index -= 1) {
    const part = typeof path[index] === 'number' ? valueAt(input, path.slice(0, index + 1)) : undefined;
    const { id, name }: { id?: unknown; name?: unknown } = typeof part === 'object' && part !== null ? part : {};
    const called = [id, name].find((word) => typeof word === 'string');
    const kind = String(path[index - 1]).replace(/s$/, '');
    if (called !== undefined) return ` (${kind} ${JSON.stringify(called)})`;
  }
  return '';
}
