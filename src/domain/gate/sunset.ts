import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import { dayOf } from './day';
import type { GateRules } from './rules';

/** How a contact has taken the mails that a sunset is about. */
export interface Engagement {
  /** Accepted mails of its purposes since the last sign of interest; with none, ever. */
  readonly mails: number;
  /** When the first of them was accepted; null: there are none. */
  readonly since: Instant | null;
  /** When a mail of the last call was accepted since the last sign of interest; null: none was. */
  readonly lastCallAt: Instant | null;
}

export const NO_ENGAGEMENT: Engagement = { mails: 0, since: null, lastCallAt: null };

/**
 * Why a mail is not sent to somebody who never shows interest; undefined: it may go. Whoever shows interest again, by whatever way, is
 * mailed again.
 */
export function sunsetOf(
  sunset: GateRules['sunset'],
  { purpose, engagement = NO_ENGAGEMENT }: { readonly purpose: string; readonly engagement?: Engagement },
  now: Instant,
): string | undefined {
  if (!sunset || !(sunset.purposes.includes(purpose) || purpose === sunset.lastCall)) return undefined;
  const unheard = unheardText(sunset, engagement, now);
  if (unheard === undefined) return undefined;
  if (purpose !== sunset.lastCall) return `${unheard}: no more ${purpose} mail until there is one`;
  if (engagement.lastCallAt === null) return undefined;
  return `${unheard}, and the last call went out on ${dayOf(engagement.lastCallAt)}`;
}

function unheardText(
  { mails: most, after }: NonNullable<GateRules['sunset']>,
  { mails, since }: Engagement,
  now: Instant,
): string | undefined {
  if (since === null) return undefined;
  if (most !== undefined && mails >= most)
    return `no sign of interest in ${mails} mails since ${dayOf(since)} (${most} are allowed)`;
  if (after !== undefined && now - since >= after)
    return `no sign of interest since the mail of ${dayOf(since)}, ${durationText(after)} or longer ago`;
  return undefined;
}
