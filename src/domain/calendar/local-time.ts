import { z } from 'zod';
import type { Instant } from '../ids';
import { DAY_MS, dayOf, firstShowing, type Wall, wallAt } from './wall-clock';
import { isZone } from './zone-offset';

const MINUTE_MS = 60_000;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const weekdaySchema = z.enum(WEEKDAYS);
export type Weekday = z.output<typeof weekdaySchema>;

/** A time of day in files: `09:00`. */
export const timeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 09:00')
  .meta({ description: 'A time of day, like "09:00", in quotes.' });

/** Milliseconds since midnight of `HH:mm`. Digit by digit: the gate asks for it with every mail. */
export const timeMs = (time: string): number => (twoDigits(time, 0) * 60 + twoDigits(time, 3)) * MINUTE_MS;

const ZERO = '0'.charCodeAt(0);
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

export const zoneSchema = z
  .string()
  .refine((zone) => isZone(zone), 'not an IANA time zone; write one like America/Sao_Paulo')
  .meta({ description: 'An IANA time zone, like America/Sao_Paulo.' });

export interface WantedTime {
  readonly time: string;
  readonly weekdays: readonly Weekday[];
  readonly zone: string;
}

/**
 * The first instant strictly after `now` at which clocks in `zone` show `time` (`HH:mm`) on one of `weekdays` (none: any day).
 * In the gap of a spring change the instant moves forward by the gap; in the overlap of autumn the first of the two counts.
 */
export function nextLocalTime(now: Instant, { time, weekdays, zone }: WantedTime): Instant {
  const today = dayOf(wallAt(now, zone));
  const sinceMidnight = timeMs(time);
  for (let days = 0; days <= 8; days += 1) {
    const day = today + days * DAY_MS;
    if (weekdays.length > 0 && !weekdays.includes(weekdayOf(day))) continue;
    const at = firstShowing(day + sinceMidnight, zone);
    if (at > now) return at;
  }
  throw new RangeError(`no ${time} within 8 days in ${zone}`); // every weekday comes within 8 days
}

/** Minutes since local midnight, and the weekday, that clocks in `zone` show at `at`. */
export function localClock(at: Instant, zone: string): { readonly minutes: number; readonly weekday: Weekday } {
  const wall = wallAt(at, zone);
  return { minutes: Math.floor((wall - dayOf(wall)) / MINUTE_MS), weekday: weekdayOf(wall) };
}

/** The weekday that a clock shows. */
export function weekdayOf(wall: Wall): Weekday {
  const weekday = (((Math.floor(wall / DAY_MS) + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday
  return WEEKDAYS[weekday] ?? 'mon';
}
