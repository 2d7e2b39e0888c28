import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import { type CappedMails, type Hold, longer, timesOf } from './caps';
import type { GateRules } from './rules';

/** Another mail of the same contact that waits to go out. */
export interface Rival {
  readonly purpose: string;
  readonly priority: number;
  /** Since when it could go. */
  readonly dueAt: Instant;
  readonly sequence: string;
}

export interface OneAtATime extends CappedMails {
  /** Absent: no other mail is due, or nobody asks. */
  readonly rivals?: readonly Rival[];
}

/**
 * What keeps mails of one contact apart. After one of these purposes the next waits for the gap. Of two that are due at once, the one of
 * higher priority goes first: the other gives way to it for one gap, and no longer, so that a mail which never goes holds up nobody.
 */
export function tooSoon(gap: GateRules['gap'], facts: OneAtATime, now: Instant): Hold | undefined {
  if (!gap?.purposes.includes(facts.purpose)) return undefined;
  return longer(afterLast(gap, facts, now), yielding(gap, facts, now));
}

type Gap = NonNullable<GateRules['gap']>;

function afterLast({ atLeast, purposes }: Gap, facts: OneAtATime, now: Instant): Hold | undefined {
  const last = Math.max(Number.NEGATIVE_INFINITY, ...timesOf(purposes, facts));
  if (last + atLeast <= now) return undefined;
  return { until: last + atLeast, reason: `the last mail went out less than ${durationText(atLeast)} ago` };
}

function yielding({ atLeast, purposes }: Gap, facts: OneAtATime, now: Instant): Hold | undefined {
  const { priority = 0, rivals = [] } = facts;
  const rival = rivals.find(
    (one) => one.priority > priority && purposes.includes(one.purpose) && one.dueAt <= now && one.dueAt > now - atLeast,
  );
  if (!rival) return undefined;
  const { sequence, priority: higher } = rival;
  return {
    until: now + atLeast,
    reason: `a mail of ${sequence} is due too, and its priority ${higher} is above ${priority}: it goes first`,
  };
}
