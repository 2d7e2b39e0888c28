import type { WinnerRule } from '../steps/mail';
import { chanceOfLead, rateOf } from './proportions';

/** What is known of one variant of a mail step. */
export interface VariantCount {
  readonly variant: string;
  /** Mails that were accepted, and whose recipients have had their time. */
  readonly sent: number;
  /** Recipients of these who did what counts. */
  readonly successes: number;
}

export type Comparison =
  | { readonly type: 'won'; readonly winner: string; readonly reason: string }
  | { readonly type: 'open'; readonly reason: string };

const asProportion = ({ sent, successes }: VariantCount) => ({ trials: sent, successes });
const share = (count: VariantCount): number => rateOf(asProportion(count));
const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`;
const said = (count: VariantCount): string =>
  `${count.variant} ${percent(share(count))} (${count.successes} of ${count.sent})`;

/**
 * The variant that has won, or why none has yet. The best must be ahead of the best other one by more than chance explains: a
 * one-sided two-proportion z-test at the error that the confidence leaves, divided by the number of variants (Bonferroni: each of
 * them might have been the lucky one). docs/decisions/0018-the-winner-of-an-experiment.md
 */
export function winnerOf(counts: readonly VariantCount[], rule: Pick<WinnerRule, 'after' | 'confidence'>): Comparison {
  const few = counts.find(({ sent }) => sent < rule.after);
  if (few) return { type: 'open', reason: `${few.variant} has ${few.sent} of at least ${rule.after} mails` };
  const [best, second] = counts.toSorted((a, b) => share(b) - share(a));
  if (!best || !second) return { type: 'open', reason: 'there is nothing to compare' };
  const error = (1 - rule.confidence / 100) / counts.length;
  const chance = chanceOfLead(asProportion(best), asProportion(second));
  const shares = `${said(best)} against ${said(second)}`;
  const odds = `chance alone would do so in ${percentSmall(chance)}, at most ${percentSmall(error)} are allowed`;
  if (chance > error) return { type: 'open', reason: `${shares}: ${odds}` };
  return { type: 'won', winner: best.variant, reason: `${shares}: ${odds}` };
}

const percentSmall = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;
