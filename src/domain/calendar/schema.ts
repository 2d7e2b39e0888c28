import { z } from 'zod';
import { slug } from '../sequence/names';
import type { Calendar, Calendars, Hours } from './calendars';
import { timeMs, WEEKDAYS, zoneSchema } from './local-time';
import { DAY_MS, midnightOf } from './wall-clock';

/**
 * Limits under which a calendar always opens again within 25 years: at most 100 dates a year and 1,000 others are closed. Two years
 * in a row have 104 different dates of any one weekday, so in each pair of years one is left that no yearly holiday takes; the
 * others take 1,000 of those, which is less than 20 years of one weekday.
 */
const MOST_YEARLY = 100;
const MOST_OTHERS = 1000;

const hoursSchema = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'not hours of a day; write them like "09:00-18:00", at most until 24:00',
  )
  .transform((text): Hours => {
    const [from = '', to = ''] = text.split('-');
    return { from: timeMs(from), to: timeMs(to) };
  })
  .refine(({ from, to }) => from < to, 'ends before it begins; write hours over midnight as two, one on each day');

const daySchema = z
  .array(hoursSchema)
  .max(10)
  .refine((all) => all.every(({ from }, index) => index === 0 || from >= (all[index - 1]?.to ?? 0)), {
    error: 'must be in order, without overlap',
  })
  .readonly();

/** A date in files: `2026-12-25`. */
export const dateSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'not a date; write it like 2026-12-25')
  .refine((date) => midnightOf(date) !== undefined, 'is on no calendar; look at its day and month');

const holidaySchema = z.union([
  z
    .string()
    .regex(/^(\d{4}-)?\d\d-\d\d$/, 'not a date; write it like 2026-12-25, or 12-25 for every year')
    .refine(
      (date) => midnightOf(date.length === 5 ? `2024-${date}` : date) !== undefined, // a leap year has every date
      'is on no calendar; look at its day and month',
    ),
  z
    .strictObject({ from: dateSchema, to: dateSchema })
    .refine(({ from, to }) => from <= to, { error: 'ends before it begins; swap `from` and `to`', path: ['to'] })
    .readonly(),
]);
type Holiday = z.output<typeof holidaySchema>;

const calendarSchema = z
  .strictObject({
    zone: zoneSchema.optional().meta({ description: 'Default: the zone of the company.' }),
    hours: z
      .partialRecord(z.enum(WEEKDAYS), daySchema)
      .refine((hours) => Object.values(hours).some((day) => day.length > 0), 'must be open on some day')
      .meta({ description: 'Open hours of each weekday; one that is left out is closed.' }),
    holidays: z.array(holidaySchema).max(1000).default([]).meta({
      description: 'Closed all day: 2026-12-25, 12-25 for every year, or { from: 2026-12-24, to: 2027-01-02 }.',
    }),
  })
  .refine(({ holidays }) => yearly(holidays).length <= MOST_YEARLY, {
    error: `must be at most ${MOST_YEARLY} of every year; what is closed so often needs no hours`,
    path: ['holidays'],
  })
  .refine(({ holidays }) => daysIn(holidays) <= MOST_OTHERS, {
    error: `must be at most ${MOST_OTHERS} days in all; leave out those that are past`,
    path: ['holidays'],
  })
  .readonly();

const isYearly = (holiday: Holiday): holiday is string => typeof holiday === 'string' && holiday.length === 5;
const yearly = (holidays: readonly Holiday[]): readonly string[] => holidays.filter(isYearly);
const others = (holidays: readonly Holiday[]): Calendar['closed'] =>
  holidays.flatMap((one) => (typeof one === 'string' ? (isYearly(one) ? [] : [{ from: one, to: one }]) : [one]));

function daysIn(holidays: readonly Holiday[]): number {
  const lengths = others(holidays).map(({ from, to }) => (midnightOf(to) ?? 0) - (midnightOf(from) ?? 0));
  return lengths.reduce((sum, length) => sum + length / DAY_MS + 1, 0);
}

/** `calendars.yaml`; see docs/sequences.md. */
export const calendarsSchema = z
  .strictObject({
    zone: zoneSchema.optional().meta({ description: 'Zone of the company. Default: that of the daily sweep.' }),
    calendars: z
      .record(slug, calendarSchema)
      .default({})
      .meta({ description: 'Business calendars, each by its name.' }),
  })
  .readonly();

/** The calendars of a company as decisions use them. `zone`: where the file names none. */
export function calendarsFrom(file: z.output<typeof calendarsSchema>, zone: string): Calendars {
  const company = file.zone ?? zone;
  const named = Object.entries(file.calendars).map(([name, { zone: own = company, hours, holidays }]) => {
    const calendar: Calendar = { zone: own, hours, closed: others(holidays), closedYearly: yearly(holidays) };
    return [name, calendar] as const;
  });
  return { zone: company, named: Object.fromEntries(named) };
}
