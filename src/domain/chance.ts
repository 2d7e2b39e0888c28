import { keyOf } from './ids';

/** A number from 0 (included) to 1 (excluded) that depends only on its parts: the same parts, the same number, on every machine. */
export function chance(...parts: readonly (string | number)[]): number {
  return Number.parseInt(keyOf('chance', ...parts).slice(0, 8), 16) / 2 ** 32;
}

/** `chance`, or what stands in for it. */
export type Draw = typeof chance;

/**
 * A number like that of `chance`, fifty times as quick, and another one: for draws that nobody stores. FNV-1a over the text of the
 * parts, mixed at the end as MurmurHash3 does, so that neighbours lie far apart.
 */
export function quickChance(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts)
    hash = Math.imul(typeof part === 'number' ? withNumber(hash, part) : withText(hash, part), PRIME);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}

const PRIME = 0x01000193;

function withText(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  return hash;
}

/** Both halves of a whole number; what stands behind its point counts for nothing. */
function withNumber(start: number, value: number): number {
  const low = Math.imul(start ^ (value | 0), PRIME);
  return Math.imul(low ^ Math.trunc(value / 2 ** 32), PRIME);
}

/** The one of `choices` that a number from 0 to 1 falls on, each as wide as its weight. Throws RangeError for no weight at all. */
export function weighted<T extends { readonly weight: number }>(choices: readonly T[], number: number): T {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = number * total;
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  const last = choices.findLast(({ weight }) => weight > 0); // rounding may leave a trace of the last one
  if (!last) throw new RangeError('nothing to choose from');
  return last;
}
