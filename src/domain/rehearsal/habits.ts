import { chance } from '../chance';
import { EVENTS } from '../event';
import { type Instant, type Json, keyOf } from '../ids';
import type { Persona } from './script';
import type { ScriptedEvent } from './scripted-event';

/** A mail that was accepted, as the one who reads it sees it. All but `sendId` and `acceptedAt` is the same in each run. */
export interface ReceivedMail {
  readonly email: string;
  readonly sequence: string;
  readonly stepId: string;
  /** 1 for the first mail of the journey. */
  readonly ordinal: number;
  readonly purpose: string;
  readonly sendId: string;
  readonly acceptedAt: Instant;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One thing that a persona may do about a mail. */
interface Habit {
  readonly event: string;
  /** From 0 to 1, for each mail that it is about. */
  readonly likely: number;
  /** The soonest and the latest, in ms after the mail. Most come soon. */
  readonly from: number;
  readonly to: number;
  /** Only about the mails from this ordinal on, and up to that one. */
  readonly first?: number;
  readonly last?: number;
  readonly properties?: (mail: ReceivedMail, seed: number) => { readonly [key: string]: Json };
}

const clicked = (likely: number, from = 10 * MINUTE): Habit => ({
  event: EVENTS.mailClicked,
  likely,
  from,
  to: 13 * HOUR,
  properties: ({ sendId }) => ({ sendId }),
});

const bought = (habit: Pick<Habit, 'likely' | 'first' | 'last'>): Habit => ({
  ...habit,
  event: EVENTS.purchase,
  from: HOUR,
  to: 60 * HOUR,
  properties: (mail, seed) => ({
    reference: `rehearsed-${keyOf(...partsOf(mail, seed), 'reference')}`,
    amount: 40 + Math.round(chance(...partsOf(mail, seed), 'amount') * 400),
  }),
});

const asked = (habit: Pick<Habit, 'likely' | 'first' | 'last'>): Habit => ({
  ...habit,
  event: EVENTS.callRequested,
  from: 20 * MINUTE,
  to: 14 * HOUR,
  properties: ({ sendId }) => ({ sendId }),
});

const HABITS: { readonly [P in Persona]: readonly Habit[] } = {
  engaged: [clicked(0.75), asked({ likely: 0.08, first: 2 }), bought({ likely: 0.15, first: 4 })],
  passive: [clicked(0.055, HOUR)],
  bounces: [
    {
      event: EVENTS.mailBounced,
      likely: 1,
      from: MINUTE,
      to: 5 * MINUTE,
      last: 1,
      properties: ({ sendId }) => ({ kind: 'hard', sendId }),
    },
  ],
  unsubscribes: [
    clicked(0.2),
    ...[0.25, 0.6, 1].map((likely, index) => ({
      event: EVENTS.mailUnsubscribed,
      likely,
      from: 5 * MINUTE,
      to: 20 * HOUR,
      first: index + 1,
      last: index + 1,
      properties: ({ purpose, sendId }: ReceivedMail) => ({ purpose, sendId }),
    })),
  ],
  asks_for_call: [
    clicked(0.5),
    asked({ likely: 0.3, first: 1, last: 1 }),
    asked({ likely: 0.6, first: 2, last: 2 }),
    asked({ likely: 1, first: 3, last: 3 }),
  ],
  returns: [
    clicked(0.5),
    bought({ likely: 0.25, first: 1, last: 1 }),
    bought({ likely: 0.6, first: 2, last: 2 }),
    bought({ likely: 1, first: 3, last: 3 }),
  ],
};

/**
 * What a persona does about one mail: nothing, or events at their times. Chance hangs on seed, address, step and ordinal alone,
 * so the same people do the same in each run, whatever their ids.
 */
export function reactionsTo(
  mail: ReceivedMail,
  { persona, seed }: { readonly persona: Persona; readonly seed: number },
): readonly ScriptedEvent[] {
  return HABITS[persona].flatMap((habit): ScriptedEvent[] => {
    const { event, likely, from, to, first = 1, last = Number.POSITIVE_INFINITY } = habit;
    if (mail.ordinal < first || mail.ordinal > last) return [];
    if (chance(...partsOf(mail, seed), event, 'does') >= likely) return [];
    const late = chance(...partsOf(mail, seed), event, 'when') ** 2; // squared: half of them within the first quarter
    const dueAt = Math.round(mail.acceptedAt + from + late * (to - from));
    return [{ type: event, dueAt, properties: habit.properties?.(mail, seed) ?? {} }];
  });
}

const partsOf = ({ email, sequence, stepId, ordinal }: ReceivedMail, seed: number) =>
  [seed, email, sequence, stepId, ordinal] as const;
