import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import type { Pause } from './pause';

/** What the pauses of a journey ask of it now: to hold still, to drop what falls due, or nothing. A hold outweighs a drop. */
export interface Standstill {
  readonly holds: Pause | undefined;
  readonly drops: Pause | undefined;
}

const MOVING: Standstill = { holds: undefined, drops: undefined };

/**
 * A pause that is on record and has not ended lasts also for whoever asks with an older `now`: an activity that is tried again.
 * `heldBy`: the pause that holds the journey already goes on to do so for as long as it lasts, whichever others begin.
 */
export function standstillOf(pauses: readonly Pause[], now: Instant, heldBy?: string): Standstill {
  if (pauses.length === 0) return MOVING;
  const lasting = pauses.filter(({ since, endedAt }) => endedAt === null || (since <= now && now < endedAt));
  return {
    holds: lasting.find(({ id }) => id === heldBy) ?? lasting.find(({ mode }) => mode !== 'skip'),
    drops: lasting.find(({ mode }) => mode === 'skip'),
  };
}

/** For how long (ms) clocks stood still between the two instants: freezes that overlap count once. */
export function frozenMs(pauses: readonly Pause[], from: Instant, to: Instant): number {
  if (pauses.length === 0) return 0;
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

const MEANINGS = {
  freeze: 'clocks stopped',
  elapse: 'actions wait',
  skip: 'mails and webhooks that fall due are dropped',
} as const satisfies { readonly [M in Pause['mode']]: string };

/** In the words of a reason: `paused: sequence course-nurture, clocks stopped (prices are wrong)`. */
export function pauseText({ scope, mode, reason }: Pause): string {
  return `paused: ${scope}, ${MEANINGS[mode]} (${reason})`;
}

/** Why a journey that was held goes on. `givenBackMs`: by how much its wait has become longer. */
export function resumedText(pause: Pause | undefined, givenBackMs: number): string {
  const over = pause ? `no longer paused: ${pause.scope}` : 'no longer paused';
  return givenBackMs > 0 ? `${over}; the wait gets back ${durationText(givenBackMs)}` : over;
}
