import type { WinnerRule } from '../steps/mail';
import { chanceOfEverLeading } from './lead';
import { rateOf } from './proportions';

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
 * The variant that has won, or why none has yet. It must be ahead of each other one by more than chance would ever put it, however
 * often somebody asks: an always valid test at the error that the confidence leaves, divided by the number of variants (Bonferroni:
 * each of them might have been the lucky one). docs/decisions/0027-a-winner-however-often-one-looks.md
 */
export function winnerOf(counts: readonly VariantCount[], rule: Pick<WinnerRule, 'after' | 'confidence'>): Comparison {
  const few = counts.find(({ sent }) => sent < rule.after);
  if (few) return { type: 'open', reason: `${few.variant} has ${few.sent} of at least ${rule.after} mails` };
  const [best, ...others] = counts.toSorted((a, b) => share(b) - share(a));
  if (!best || others.length === 0) return { type: 'open', reason: 'there is nothing to compare' };
  const error = (1 - rule.confidence / 100) / counts.length;
  const { other, chance } = closestTo(best, others, rule.after);
  const shares = `${said(best)} against ${said(other)}`;
  const odds = `chance alone would ever do so in ${percentSmall(chance)}, at most ${percentSmall(error)} are allowed`;
  if (chance > error) return { type: 'open', reason: `${shares}: ${odds}` };
  return { type: 'won', winner: best.variant, reason: `${shares}: ${odds}` };
}

/** The other one over which chance explains the lead of the best most easily; most often the second best. */
function closestTo(best: VariantCount, others: readonly VariantCount[], planned: number) {
  return others
    .map((other) => ({ other, chance: chanceOfEverLeading(asProportion(best), asProportion(other), planned) }))
    .reduce((closest, one) => (one.chance > closest.chance ? one : closest));
}

const percentSmall = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;
