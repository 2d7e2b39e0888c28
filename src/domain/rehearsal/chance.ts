import { keyOf } from '../ids';

/** A number from 0 (included) to 1 (excluded) that depends only on its parts: the same seed rehearses the same way. */
export function chance(...parts: readonly (string | number)[]): number {
  return Number.parseInt(keyOf('chance', ...parts).slice(0, 8), 16) / 2 ** 32;
}
