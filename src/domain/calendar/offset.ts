import { z } from 'zod';
import type { Instant } from '../ids';
import { DURATION, durationMs } from './duration';
import { DAY_MS, firstShowing, wallAt } from './wall-clock';

/** A distance from a date: whole days by the calendar, the rest by the clock. Both have one sign. */
export interface Offset {
  readonly days: number;
  readonly ms: number;
  /** As it was written. */
  readonly text: string;
}

/** `-1d`, `2h`, `-1w 2d`, `+3d`: a sign and a duration. */
export const offsetSchema = z
  .string()
  .regex(
    new RegExp(`^[+-]?${DURATION.source.slice(1)}`),
    'not a distance from a date; write one like -1d, 2h or -1w 2d',
  )
  .transform((text): Offset => {
    const [, sign, parts = ''] = /^([+-]?)(.*)$/s.exec(text.trim()) ?? [];
    const [direction, words] = [sign === '-' ? -1 : 1, parts.trim().split(/\s+/)];
    const sum = (of: readonly string[]) => of.reduce((total, word) => total + durationMs(word), 0) * direction;
    const isDays = (word: string) => /[dw]$/.test(word);
    return {
      days: sum(words.filter(isDays)) / DAY_MS,
      ms: sum(words.filter((word) => !isDays(word))),
      text: text.trim(),
    };
  })
  .meta({ description: 'Before (-1d) or after (2h) the date. Days keep the time of day, whatever the clocks do.' });

/** The moment that far from `at`: first the days, by the clocks of `zone`, then the rest. */
export function shifted(at: Instant, { days, ms }: Pick<Offset, 'days' | 'ms'>, zone: string): Instant {
  const moved = days === 0 ? at : firstShowing(wallAt(at, zone) + days * DAY_MS, zone);
  return moved + ms;
}
