import { isDeepStrictEqual } from 'node:util';

/**
 * Expects two values to be strictly equal. The matcher tells a difference well and takes ten times as long to find none: it is asked
 * where there may be one.
 */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}
