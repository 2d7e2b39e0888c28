import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import { type Cap, type GateRules, purposesOf } from './rules';

export interface CountedMail {
  readonly purpose: string;
  /** When it was accepted, or may have been; of one that is just being sent: now. */
  readonly at: Instant;
}

export interface CappedMails {
  readonly purpose: string;
  /** When mails of the purpose were accepted, or may have been, or are just being sent; in any order. */
  readonly mailedAt: readonly Instant[];
  /** The same of mails of other purposes, where a rule counts them; absent: there are none. */
  readonly mailedElse?: readonly CountedMail[];
  /** How much this mail counts against others. Absent: 0. */
  readonly priority?: number;
}

/** Why a mail waits, and until when. */
export interface Hold {
  /** Always after `now`, and it holds the mail no longer then. */
  readonly until: Instant;
  readonly reason: string;
}

/** The one that lasts longer, if any. */
export const longer = (one: Hold | undefined, other: Hold | undefined): Hold | undefined =>
  one && other ? (other.until > one.until ? other : one) : (one ?? other);

/** The cap that is full for longest; undefined: there is room for one more mail. A mail counts for `within` from its instant. */
export function fullCap(caps: GateRules['caps'], mails: CappedMails, now: Instant): Hold | undefined {
  let longest: Hold | undefined;
  for (const cap of caps) {
    const full = purposesOf(cap).includes(mails.purpose) ? fill(cap, mails, now) : undefined;
    longest = longer(longest, full);
  }
  return longest;
}

/** When mails of these purposes went out; of the mail's own among them. */
export function timesOf(purposes: readonly string[], { purpose, mailedAt, mailedElse = [] }: CappedMails) {
  const own = purposes.includes(purpose) ? mailedAt : [];
  if (mailedElse.length === 0) return own;
  return [...own, ...mailedElse.filter((mail) => purposes.includes(mail.purpose)).map(({ at }) => at)];
}

function fill(cap: Cap, mails: CappedMails, now: Instant): Hold | undefined {
  const { most, within } = cap;
  const room = roomFor(cap, mails.priority ?? 0);
  if (mails.mailedAt.length + (mails.mailedElse?.length ?? 0) < room) return undefined;
  const times = timesOf(purposesOf(cap), mails);
  if (times.length < room) return undefined;
  const counted = times.filter((at) => at > now - within).toSorted((a, b) => a - b);
  const oldest = counted[counted.length - room];
  if (oldest === undefined) return undefined;
  const reason = `${counted.length} of at most ${most} ${namesOf(cap)} mails within ${durationText(within)}`;
  return { until: oldest + within, reason: `${reason}${room < most ? keptText(cap) : ''}` };
}

const roomFor = ({ most, kept }: Cap, priority: number): number =>
  kept && priority < kept.priority ? most - kept.places : most;

const keptText = ({ kept }: Cap): string =>
  kept
    ? `, and ${kept.places} of them ${kept.places === 1 ? 'is' : 'are'} kept for priority ${kept.priority} and above`
    : '';

const namesOf = (cap: Cap): string => purposesOf(cap).join(' and ');
