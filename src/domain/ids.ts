import { parse, v5, v7 } from 'uuid';

/** A moment: milliseconds since 1970-01-01T00:00Z. Everything inside is UTC; zones belong to people and calendars. */
export type Instant = number;

/** Plain JSON: the only thing that crosses a border (Temporal, a JSON column, HTTP). */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Root of all derived ids; changing it would make every retry a new effect. */
const NAMESPACE = parse('6f1c7c62-9c0e-5f0b-9f0a-5b0f6c1d2e3a');

/**
 * The id of an effect: the same parts always give the same id (UUIDv5, RFC 9562 §5.5), so a retry finds its own row.
 * Parts name the cause (journey, step, occurrence), never an attempt or a run.
 */
export function keyOf(...parts: readonly (string | number)[]): string {
  return v5(parts.join('|'), NAMESPACE);
}

/** `keyOf`, or what stands in for it where nothing is stored. */
export type KeyOf = typeof keyOf;

/** A new id for a row with no natural cause: UUIDv7, ordered by time. Not pure: call it at the edge, never in domain. */
export function newId(): string {
  return v7();
}
