import { chance } from '../domain/chance';

/** Chance that hangs on its name alone: `draw('role')` is the same number from 0 (included) to 1 (excluded) each time. */
export type Draw = (what: string) => number;

/** The draws of one person of a sample. */
export function drawsOf(seed: number, kind: string, position: number): Draw {
  return (what) => chance('sample', seed, kind, position, what);
}

/** One of several, all equally likely. */
export function oneOf<T>(choices: readonly [T, ...T[]], draw: number): T {
  return choices[Math.floor(draw * choices.length)] ?? choices[0];
}

/** A whole number from `least` to `most`, both included. */
export function wholeNumber(least: number, most: number, draw: number): number {
  return least + Math.floor(draw * (most - least + 1));
}

export interface Weighted<T> {
  readonly weight: number;
  readonly value: T;
}

/** One of several by weight. */
export function weighted<T>(choices: readonly [Weighted<T>, ...Weighted<T>[]], draw: number): T {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = draw * total;
  for (const { weight, value } of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  return choices[0].value;
}
