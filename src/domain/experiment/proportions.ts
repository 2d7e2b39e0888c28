/** A share of successes among trials. */
export interface Proportion {
  readonly trials: number;
  readonly successes: number;
}

export const rateOf = ({ trials, successes }: Proportion): number => (trials === 0 ? 0 : successes / trials);

/**
 * By how many standard errors the first share lies above the second; undefined when there is nothing to compare. The shares are
 * pooled. Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.3.3.
 */
export function standardErrors(first: Proportion, second: Proportion): number | undefined {
  const pooled = rateOf({ trials: first.trials + second.trials, successes: first.successes + second.successes });
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / first.trials + 1 / second.trials));
  return spread > 0 ? (rateOf(first) - rateOf(second)) / spread : undefined;
}

/** Normal quantile of a two-sided 95 %. */
const Z95 = 1.959964;

/** Where the true share lies, 19 times of 20: Wilson's score interval, which holds for small counts, too. Source: Wilson 1927, JASA 22:209. */
export function wilsonInterval({ trials, successes }: Proportion): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const [share, z2] = [successes / trials, Z95 * Z95];
  const middle = share + z2 / (2 * trials);
  const half = Z95 * Math.sqrt((share * (1 - share) + z2 / (4 * trials)) / trials);
  const whole = 1 + z2 / trials;
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) };
}

/** Chance of a standard normal value above `z`, off by less than 1e-7. Source: Abramowitz and Stegun, formula 26.2.17. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
