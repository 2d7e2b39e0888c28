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
  const full = caps.flatMap((cap) => (cap.purpose === mails.purpose ? (fill(cap, mails, now) ?? []) : []));
  return full.toSorted((a, b) => b.until - a.until)[0];
}

function fill({ most, within, purpose }: Cap, { mailedAt }: CappedMails, now: Instant): FullCap | undefined {
  const counted = mailedAt.filter((at) => at > now - within).toSorted((a, b) => a - b);
  const oldest = counted[counted.length - most];
  if (oldest === undefined) return undefined;
  const reason = `${counted.length} of at most ${most} ${purpose} mails within ${durationText(within)}`;
  return { until: oldest + within, reason };
}
