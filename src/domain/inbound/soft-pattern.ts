import type { Instant } from '../ids';
import type { InboundRules } from './rules';

/** What is known of the mails of one contact. */
export interface MailPast {
  /** Soft bounces, in any order. */
  readonly bounces: readonly { readonly sendId: string; readonly at: Instant }[];
  /** Mails that the relay has taken. */
  readonly accepted: readonly { readonly sendId: string; readonly at: Instant }[];
  /** Sends of which any bounce or delay came. */
  readonly troubled: readonly string[];
  /** When a mail was told to be delivered, or its recipient clicked or wrote. */
  readonly signs: readonly Instant[];
}

export interface SoftPattern {
  /** Mails that have bounced softly, with none delivered between. */
  readonly count: number;
  readonly suppresses: boolean;
}

/** Whether an address is to be suppressed for its soft bounces, as of `now`. */
export function softPattern(rules: InboundRules['soft'], past: MailPast, now: Instant): SoftPattern {
  const lastSign = lastDelivery(rules, past, now);
  const since = Math.max(now - rules.within, lastSign + 1);
  const sends = new Set(past.bounces.filter(({ at }) => at >= since && at <= now).map(({ sendId }) => sendId));
  return { count: sends.size, suppresses: sends.size >= rules.suppressAfter };
}

/** When a mail was last delivered for all we know; minus infinity: never. No news of an accepted mail, for long enough, is good news. */
function lastDelivery({ deliveredAfter }: InboundRules['soft'], past: MailPast, now: Instant): Instant {
  const quiet = past.accepted.filter(({ sendId, at }) => at + deliveredAfter <= now && !past.troubled.includes(sendId));
  return Math.max(Number.NEGATIVE_INFINITY, ...past.signs.filter((at) => at <= now), ...quiet.map(({ at }) => at));
}
