import type { IdentityRules } from '../../domain/identity/rules';
import { spellingOf } from '../addresses';

/** Rows of one contact in the order of the file, one in each wave: what follows from a row is seen by the next. */
export function wavesOf<T>(
  rows: readonly T[],
  emailOf: (row: T) => string,
  identity: IdentityRules | undefined,
): readonly (readonly T[])[] {
  const waves: T[][] = [];
  const met = new Map<string, number>();
  for (const row of rows) {
    const { home } = spellingOf(emailOf(row), identity);
    const place = met.get(home) ?? 0;
    met.set(home, place + 1);
    const wave = waves[place] ?? [];
    wave.push(row);
    waves[place] = wave;
  }
  return waves;
}
