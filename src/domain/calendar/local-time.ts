import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Instant } from '../ids';
import { rememberedNext } from './remembered-next';
import { isZone, zoneOffsetMs } from './zone-offset';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const weekdaySchema = z.enum(WEEKDAYS);
export type Weekday = z.output<typeof weekdaySchema>;

/** A time of day in files: `09:00`. */
export const timeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 09:00')
  .meta({ description: 'A time of day, like "09:00", in quotes.' });

/** Milliseconds since midnight of `HH:mm`. */
export function timeMs(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return (hour * 60 + minute) * 60_000;
}

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
export function nextLocalTime(now: Instant, wanted: WantedTime): Instant {
  return rememberedNext(`${wanted.zone} ${wanted.time} ${wanted.weekdays.join()}`, now, () => workedOut(now, wanted));
}

function workedOut(now: Instant, wanted: WantedTime): Instant {
  const [hour = 0, minute = 0] = wanted.time.split(':').map(Number);
  const today = DateTime.fromMillis(now, { zone: wanted.zone }).startOf('day');
  for (let days = 0; days <= 8; days += 1) {
    const day = today.plus({ days });
    const at = day.set({ hour, minute }).toMillis();
    const name = WEEKDAYS[day.weekday - 1];
    const fits = wanted.weekdays.length === 0 || (name !== undefined && wanted.weekdays.includes(name));
    if (fits && at > now) return at;
  }
  throw new RangeError(`no ${wanted.time} within 8 days in ${wanted.zone}`); // every weekday comes within 8 days
}

/** Minutes since local midnight, and the weekday, that clocks in `zone` show at `at`. */
export function localClock(at: Instant, zone: string): { readonly minutes: number; readonly weekday: Weekday } {
  const wall = at + zoneOffsetMs(zone, at);
  const days = Math.floor(wall / DAY_MS);
  const weekday = (((days + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday
  return { minutes: Math.floor((wall - days * DAY_MS) / MINUTE_MS), weekday: WEEKDAYS[weekday] ?? 'mon' };
}
