import type { Instant } from '../ids';
import type { Pause } from './pause';

/** What the pauses of a journey ask of it now: to hold still, to drop what falls due, or nothing. A hold outweighs a drop. */
export interface Standstill {
  readonly holds: Pause | undefined;
  readonly drops: Pause | undefined;
}

export function standstillOf(pauses: readonly Pause[], now: Instant): Standstill {
  const lasting = pauses.filter(({ since, endedAt }) => since <= now && (endedAt === null || endedAt > now));
  return {
    holds: lasting.find(({ mode }) => mode !== 'skip'),
    drops: lasting.find(({ mode }) => mode === 'skip'),
  };
}

/** For how long (ms) clocks stood still between the two instants: freezes that overlap count once. */
export function frozenMs(pauses: readonly Pause[], from: Instant, to: Instant): number {
  const frozen = pauses
    .filter(({ mode }) => mode === 'freeze')
    .map(({ since, endedAt }) => ({ since: Math.max(since, from), until: Math.min(endedAt ?? to, to) }))
    .filter(({ since, until }) => since < until)
    .toSorted((a, b) => a.since - b.since);
  let [total, reached] = [0, from];
  for (const { since, until } of frozen) {
    total += Math.max(0, until - Math.max(since, reached));
    reached = Math.max(reached, until);
  }
  return total;
}

/** In the words of a reason: `paused: sequence course-nurture, clocks stopped`. */
export function pauseText({ scope, mode }: Pause): string {
  const meaning = {
    freeze: 'clocks stopped',
    elapse: 'actions wait',
    skip: 'mails and webhooks that fall due are dropped',
  };
  return `paused: ${scope}, ${meaning[mode]}`;
}
