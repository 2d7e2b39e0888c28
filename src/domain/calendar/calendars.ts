import type { Instant } from '../ids';
import { type Weekday, weekdayOf } from './local-time';
import { clockChange, DAY_MS, dateText, dayOf, firstShowing, showings, type Wall, wallAt } from './wall-clock';

/** Business calendars, by name; and the zone of the company. */
export interface Calendars {
  /** IANA zone of the company. */
  readonly zone: string;
  /** Absent: the company has none. */
  readonly named?: { readonly [name: string]: Calendar };
}

/** When a company, or a part of it, is open. Made by `calendarsSchema`, which sees to it that there is always a next time. */
export interface Calendar {
  readonly zone: string;
  readonly hours: { readonly [D in Weekday]?: readonly Hours[] };
  /** Dates on which it is closed, both included. */
  readonly closed: readonly { readonly from: string; readonly to: string }[];
  /** Dates on which it is closed every year: `12-25`. */
  readonly closedYearly: readonly string[];
}

/** Milliseconds since midnight, from `from` up to, but not including, `to`. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** The longest that a calendar may be closed in a row, by the limits of `calendarsSchema`: see there. */
const MOST_DAYS = 25 * 366;

/** The hours of the date that a clock shows; none on a holiday. */
function hoursOn({ hours, closed, closedYearly }: Calendar, wall: Wall): readonly Hours[] {
  const date = dateText(wall);
  if (closedYearly.includes(date.slice(5)) || closed.some(({ from, to }) => from <= date && date <= to)) return [];
  return hours[weekdayOf(wall)] ?? [];
}

/** Whether the calendar's clocks show one of its hours. Of an hour that the autumn change repeats, each is as open as its clock says. */
export function isOpen(calendar: Calendar, at: Instant): boolean {
  const wall = wallAt(at, calendar.zone);
  const time = wall - dayOf(wall);
  return hoursOn(calendar, wall).some(({ from, to }) => from <= time && time < to);
}

/** The first open moment that is not before `at`: `at` itself when it is open. Hours that the spring change skips do not take place. */
export function nextOpening(calendar: Calendar, at: Instant): Instant {
  if (isOpen(calendar, at)) return at;
  for (const day of openDays(calendar, at)) {
    const opening = beginnings(calendar, day).find((one) => one > at && isOpen(calendar, one));
    if (opening !== undefined) return opening;
  }
  throw new RangeError('a calendar that never opens'); // calendarsSchema lets none pass
}

/** The first moment strictly after `at` at which the calendar's clocks show `time` (ms since midnight) on a day with open hours. */
export function nextTimeOnOpenDay(
  calendar: Calendar,
  { at, time }: { readonly at: Instant; readonly time: number },
): Instant {
  for (const day of openDays(calendar, at)) {
    const shown = firstShowing(day + time, calendar.zone);
    if (shown > at) return shown;
  }
  throw new RangeError('a calendar that never opens'); // calendarsSchema lets none pass
}

/** Midnights of the days with open hours, from that of `at` on. */
function* openDays(calendar: Calendar, at: Instant): Generator<Wall> {
  const today = dayOf(wallAt(at, calendar.zone));
  for (let days = 0; days <= MOST_DAYS; days += 1)
    if (hoursOn(calendar, today + days * DAY_MS).length > 0) yield today + days * DAY_MS;
}

/** Moments of a day at which it may begin to be open: its hours begin, or the clocks change into them. */
function beginnings(calendar: Calendar, day: Wall): readonly Instant[] {
  const { zone } = calendar;
  const change = clockChange(firstShowing(day, zone) - 1, firstShowing(day + DAY_MS, zone), zone);
  const begin = hoursOn(calendar, day).flatMap(({ from }) => showings(day + from, zone));
  return [...begin, ...(change === undefined ? [] : [change])].toSorted((a, b) => a - b);
}
