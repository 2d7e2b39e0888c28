import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import type { GateRules } from './rules';

type Cap = GateRules['caps'][number];

export interface CappedMails {
  readonly purpose: string;
  /** When mails of the purpose were accepted, or may have been, or are just being sent; in any order. */
  readonly mailedAt: readonly Instant[];
}

export interface FullCap {
  /** When there is room again: the oldest mail that must go has fallen out of the window. Always after `now`. */
  readonly until: Instant;
  readonly reason: string;
}

/** The cap that is full for longest; undefined: there is room for one more mail. A mail counts for `within` from its instant. */
export function fullCap(caps: readonly Cap[], mails: CappedMails, now: Instant): FullCap | undefined {
  let longest: FullCap | undefined;
  for (const cap of caps) {
    const full = cap.purpose === mails.purpose ? fill(cap, mails, now) : undefined;
    if (full && (!longest || full.until > longest.until)) longest = full;
  }
  return longest;
}

function fill({ most, within, purpose }: Cap, { mailedAt }: CappedMails, now: Instant): FullCap | undefined {
  if (mailedAt.length < most) return undefined;
  const counted = mailedAt.filter((at) => at > now - within).toSorted((a, b) => a - b);
  const oldest = counted[counted.length - most];
  if (oldest === undefined) return undefined;
  const reason = `${counted.length} of at most ${most} ${purpose} mails within ${durationText(within)}`;
  return { until: oldest + within, reason };
}
