import { chance, type Draw } from '../chance';
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
export interface Habit {
  readonly event: string;
  /** From 0 to 1, for each mail that it is about. */
  readonly likely: number;
  /** The soonest and the latest, in ms after the mail. Most come soon. */
  readonly from: number;
  readonly to: number;
  /** Only about the mails from this ordinal on, and up to that one. */
  readonly first?: number;
  readonly last?: number;
  readonly properties?: (mail: ReceivedMail, seed: number, draw: Draw) => { readonly [key: string]: Json };
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
  properties: (mail, seed, draw) => ({
    reference: `rehearsed-${keyOf(...partsOf(mail, seed), 'reference')}`,
    amount: 40 + Math.round(draw(...partsOf(mail, seed), 'amount') * 400),
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

export const habitsOf = (persona: Persona): readonly Habit[] => HABITS[persona];

/** Whether the habit is about the mail of this ordinal. */
export const isAbout = ({ first = 1, last = Number.POSITIVE_INFINITY }: Habit, ordinal: number): boolean =>
  ordinal >= first && ordinal <= last;

export interface Behaving {
  readonly persona: Persona;
  readonly seed: number;
  /** Default: `chance`. */
  readonly draw?: Draw;
  /** What is known better than by habit about this mail; undefined: nothing. */
  readonly tuned?: (habit: Habit, mail: ReceivedMail) => Tuned | undefined;
}

export interface Tuned {
  /** From 0 to 1. */
  readonly likely: number;
  /** How long after the mail (ms), for a number from 0 to 1. Default: as by habit. */
  readonly delayMs?: (number: number) => number;
}

/**
 * What a persona does about one mail: nothing, or events at their times. Chance hangs on seed, address, step and ordinal alone,
 * so the same people do the same in each run, whatever their ids.
 */
export function reactionsTo(
  mail: ReceivedMail,
  { persona, seed, draw = chance, tuned }: Behaving,
): readonly ScriptedEvent[] {
  const events: ScriptedEvent[] = [];
  const { email, sequence, stepId, ordinal, acceptedAt } = mail;
  for (const habit of HABITS[persona]) {
    if (!isAbout(habit, ordinal)) continue;
    const { event: type } = habit;
    const known = tuned?.(habit, mail);
    if (draw(seed, email, sequence, stepId, ordinal, type, 'does') >= (known ?? habit).likely) continue;
    const number = draw(seed, email, sequence, stepId, ordinal, type, 'when');
    const delayMs = known?.delayMs ? known.delayMs(number) : byHabit(habit, number);
    events.push({
      type,
      dueAt: Math.round(acceptedAt + delayMs),
      properties: habit.properties?.(mail, seed, draw) ?? {},
    });
  }
  return events;
}

/** Squared: half of them within the first quarter. */
const byHabit = ({ from, to }: Habit, number: number): number => from + number ** 2 * (to - from);

const partsOf = ({ email, sequence, stepId, ordinal }: ReceivedMail, seed: number) =>
  [seed, email, sequence, stepId, ordinal] as const;
