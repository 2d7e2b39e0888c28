import type { z } from 'zod';

export type Path = readonly (string | number)[];
/** An object that is being read. */
export type Fields = { readonly [key: string]: unknown };

/** What is wrong, and where in the condition. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** A part that was read, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function wrong(path: Path, message: string): Parsed<never> {
  return { ok: false, problems: [{ path, message }] };
}

export function map<T, U>(parsed: Parsed<T>, change: (value: T) => U): Parsed<U> {
  return parsed.ok ? good(change(parsed.value)) : parsed;
}

/** All values, or all problems of all parts. */
export function together<T>(parts: readonly Parsed<T>[]): Parsed<readonly T[]> {
  const problems = parts.flatMap((part) => (part.ok ? [] : part.problems));
  return problems.length > 0 ? { ok: false, problems } : good(parts.flatMap((part) => (part.ok ? [part.value] : [])));
}

/** What `schema` makes of `input`; its problems come under `path`. */
export function bySchema<T>(schema: z.ZodType<T, unknown>, input: unknown, path: Path): Parsed<T> {
  const result = schema.safeParse(input);
  if (result.success) return good(result.data);
  const problems = result.error.issues.map((issue) => ({
    path: [...path, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))],
    message: issue.message,
  }));
  return { ok: false, problems };
}
