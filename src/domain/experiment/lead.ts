import { type Proportion, standardErrors, upperTail } from './proportions';

/**
 * Variance of the mixture over that of the difference when both have as many trials as planned: with it a lead is found soonest at
 * about that size, for errors of 1 % to 5 %. Source: Howard, Ramdas, McAuliffe and Sekhon 2021, Annals of Statistics 49(2):1055, on tuning.
 */
const WIDTH = 10;

/**
 * How likely chance alone would ever put the first share so far above the second (0 to 1), however often and for however long
 * somebody looks: the one-sided mixture sequential probability ratio test. Under equal shares the ratio is a martingale that
 * begins at 1, so it ever comes to 1/p with a chance of p at most (Ville). `planned`: the trials of each for which it is
 * sharpest; it must be chosen beforehand. Sources: Robbins 1970, Annals of Mathematical Statistics 41(5);
 * Johari, Koomen, Pekelis and Walsh 2022, Operations Research 70(3).
 */
export function chanceOfEverLeading(first: Proportion, second: Proportion, planned: number): number {
  const z = standardErrors(first, second);
  if (z === undefined) return 1;
  const width = (WIDTH * 2) / planned / (1 / first.trials + 1 / second.trials);
  const share = width / (1 + width);
  const isAbove = 1 - upperTail(z * Math.sqrt(share)); // the half of the mixture that says so
  const ratio = (2 * isAbove * Math.exp((z * z * share) / 2)) / Math.sqrt(1 + width);
  return Math.min(1, 1 / ratio);
}
