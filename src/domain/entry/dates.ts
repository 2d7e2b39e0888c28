import { DateTime } from 'luxon';
import { factAt } from '../conditions/fact';
import type { Facts } from '../facts';
import type { DateEntry } from './schema';

/** A date on the calendar, `2026-05-17`, in no zone. */
export type LocalDate = string;

/** Most days that a sweep makes up for: who was due longer ago is greeted no more. */
export const MOST_DAYS_BACK = 7;
/** Most days longer ago of which a sweep tells who has missed them: where none has come for longer, the days before are passed over. */
const MOST_DAYS_TOLD = 31;

const DATE = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

export const plusDays = (date: LocalDate, days: number): LocalDate =>
  DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd');

/** The date that a day's sweep looks for: with the offset it falls on the day. */
export const dateFor = ({ offset }: Pick<DateEntry, 'offset'>, day: LocalDate): LocalDate => plusDays(day, 0 - offset);

/**
 * The date of `field` as the contact's clocks show it; undefined when it is missing or no date. An attribute holds a date
 * (`1990-05-17`) or an instant with its offset.
 */
export function localDateOf(field: string, facts: Facts): LocalDate | undefined {
  const fact = factAt(field);
  const value = fact?.read(facts) ?? null;
  const zone = facts.contact.timeZone;
  if (typeof value === 'number' && fact?.kind === 'instant') return shown(DateTime.fromMillis(value, { zone }));
  if (typeof value !== 'string') return undefined;
  if (DATE.test(value)) return shown(DateTime.fromISO(value, { zone: 'utc' }));
  return INSTANT.test(value) ? shown(DateTime.fromISO(value, { zone })) : undefined;
}

const shown = (at: DateTime): LocalDate | undefined => (at.isValid ? at.toFormat('yyyy-MM-dd') : undefined);

/** Whether the contact is due on this day: its date, or an anniversary of it, is the one that the day looks for. */
export function isDueOn(entry: DateEntry, facts: Facts, day: LocalDate): boolean {
  const date = localDateOf(entry.field, facts);
  if (date === undefined) return false;
  const wanted = dateFor(entry, day);
  return entry.every === undefined ? date === wanted : isAnniversary(date, wanted);
}

/** One year after or later, on the same day of the year; 29 February on the 28th of years that have none. */
function isAnniversary(date: LocalDate, wanted: LocalDate): boolean {
  if (wanted.slice(0, 4) <= date.slice(0, 4)) return false;
  return dayOfYear(date) === dayOfYear(wanted) || (dayOfYear(date) === '02-29' && isLastOfShortFebruary(wanted));
}

const dayOfYear = (date: LocalDate): string => date.slice(5);
const isLastOfShortFebruary = (date: LocalDate): boolean =>
  dayOfYear(date) === '02-28' && dayOfYear(plusDays(date, 1)) === '03-01';

/** Texts that dates are compared with in SQL, where no zone is looked at: a few too many, never one too few. */
export type DateTexts =
  | { readonly type: 'dates'; readonly dates: readonly LocalDate[] }
  /** `05-17` */
  | { readonly type: 'daysOfYear'; readonly days: readonly string[] };

/** Zones lie at most 26 hours apart, so a date may be two days off. */
const ZONES_APART_DAYS = [-2, -1, 0, 1, 2] as const;

/** What the text of a date begins (or, each year, goes on) with, if the contact may be due on this day. */
export function textsFor(entry: DateEntry, day: LocalDate): DateTexts {
  const dates = ZONES_APART_DAYS.map((days) => plusDays(dateFor(entry, day), days));
  if (entry.every === undefined) return { type: 'dates', dates };
  const days = dates.map(dayOfYear);
  return { type: 'daysOfYear', days: days.includes('02-28') ? [...new Set([...days, '02-29'])] : days };
}

/**
 * The days that a sweep looks at, the oldest first: today, and those since `through`, the last that was finished, as far back as
 * `MOST_DAYS_BACK`.
 */
export function daysToSweep(today: LocalDate, through: LocalDate): readonly LocalDate[] {
  const days = Array.from({ length: MOST_DAYS_BACK }, (_, back) => plusDays(today, back + 1 - MOST_DAYS_BACK));
  return days.filter((day) => day === today || day > through);
}

/** The days since `through` that are too long ago to be made up for, the oldest first. */
export function missedDays(today: LocalDate, through: LocalDate): readonly LocalDate[] {
  const last = 0 - MOST_DAYS_BACK;
  const days = Array.from({ length: MOST_DAYS_TOLD }, (_, back) => plusDays(today, last + back + 1 - MOST_DAYS_TOLD));
  return days.filter((day) => day > through);
}
