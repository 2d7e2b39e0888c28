import { keyOf } from './ids';

/** A number from 0 (included) to 1 (excluded) that depends only on its parts: the same parts, the same number, on every machine. */
export function chance(...parts: readonly (string | number)[]): number {
  return Number.parseInt(keyOf('chance', ...parts).slice(0, 8), 16) / 2 ** 32;
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
