import { DateTime, IANAZone } from 'luxon';
import type { Instant } from '../ids';

/** A date, as the number of days since 1970-01-01. */
export type Day = number;

const DAY_MS = 86_400_000;
const MINUTE = 60_000;
/** A text that begins with a date: `1990-05-17`, `2026-03-01T09:30`. */
const BEGINS_WITH_DATE = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]|$)/;

/** The date that clocks in `zone` show at `at`; null for a zone that is none. */
export function localDay(at: Instant, zone: string): Day | null {
  const rules = IANAZone.create(zone);
  return rules.isValid ? Math.floor((at + rules.offset(at) * MINUTE) / DAY_MS) : null;
}

/** The date that a text begins with; null when it begins with none, or with one that no calendar has. */
export function writtenDay(text: string): Day | null {
  const [, date = ''] = BEGINS_WITH_DATE.exec(text) ?? [];
  const midnight = DateTime.fromISO(date, { zone: 'utc' });
  return midnight.isValid && midnight.year >= 1 ? Math.floor(midnight.toMillis() / DAY_MS) : null;
}

/** Whether `day` falls on the month and day of `of`. 29 February is kept on 28 February where a year has none. */
export function isAnniversary(day: Day, of: Day): boolean {
  const [on, first] = [day, of].map((one) => DateTime.fromMillis(one * DAY_MS, { zone: 'utc' }));
  if (!on || !first) return false;
  if (on.month === first.month && on.day === first.day) return true;
  return first.month === 2 && first.day === 29 && on.month === 2 && on.day === 28 && !on.isInLeapYear;
}
