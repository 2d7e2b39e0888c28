import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { DURATION, durationMs, durationText, LONGEST_MS } from '../calendar/duration';
import type { Instant } from '../ids';
import { type Day, localDay, writtenDay } from './day';
import { startOfLocalDay } from './local-day';

/** A point in time that a condition names: fixed, or `ago` milliseconds before the moment of asking (below 0: after it). */
export type Moment = { readonly at: Instant } | { readonly ago: number };
/** A date: fixed, or so many days from what the contact's clocks show at the moment of asking. */
export type DayRef = { readonly date: string } | { readonly days: number };
export type When = Moment | DayRef;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const LOCAL_DATE = /^(\d{4}-\d\d-\d\d) in (\S+)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const AGO = /^(.*\S)\s+ago$/;
const AHEAD = /^in\s+(\S.*)$/;
const DAY = 86_400_000;
/** A thousand years: what lies further is a slip, and leaves the dates that PostgreSQL has. */
const MOST_DAYS = 365_250;

/** Dates that PostgreSQL and four-digit years can both write: 0001 to 9999. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

const HELP =
  'write an instant (2026-03-01T09:30:00Z), a local date (2026-03-01 in America/Sao_Paulo), an age (90d ago), a time ahead (in 7d), now or today';
const DAY_HELP = 'write today, a date (2026-03-01), or whole days (in 3d, 3d ago)';

/** The instant that `moment` means at `now`, kept within the years 1 to 9999. */
export function instantOf(moment: Moment, now: Instant): Instant {
  return Math.min(LATEST, Math.max(EARLIEST, 'at' in moment ? moment.at : now - moment.ago));
}

export const isMoment = (when: When): when is Moment => 'at' in when || 'ago' in when;

/** The date that `when` means on clocks in `zone` at `now`; null for a zone that is none. */
export function dayOf(when: When, { now, zone }: { readonly now: Instant; readonly zone: string }): Day | null {
  if ('date' in when) return writtenDay(when.date);
  if (isMoment(when)) return localDay(instantOf(when, now), zone);
  const today = localDay(now, zone);
  return today === null ? null : today + when.days;
}

/** `90d ago`, `in 7d`, `today`, a date, or the instant in UTC. */
export function momentText(when: When): string {
  if ('date' in when) return when.date;
  if ('days' in when) return when.days === 0 ? 'today' : distanceText(-when.days * DAY);
  if ('at' in when) return instantText(instantOf(when, 0));
  return when.ago === 0 ? 'now' : distanceText(when.ago);
}

const distanceText = (ago: number): string => (ago > 0 ? `${durationText(ago)} ago` : `in ${durationText(-ago)}`);

/** ISO 8601 in UTC, without milliseconds when there are none. */
export function instantText(at: Instant): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).toISO({ suppressMilliseconds: true }) ?? String(at);
}

type Side = 'before' | 'after';
type Parse = (text: string) => When | string;

/** A moment in YAML. A local date is a whole day: `before` ends at its first instant, `after` begins past its last. */
export const momentSchema = (side: Side): z.ZodType<When, unknown> =>
  schemaOf((text) => parsedMoment(text, side), `not a moment; ${HELP}`).meta({ description: `A moment: ${HELP}.` });

/** A date in YAML, for what goes by the contact's calendar. */
export const daySchema = (): z.ZodType<DayRef, unknown> =>
  schemaOf(parsedDay, `not a date; ${DAY_HELP}`).meta({ description: `A date: ${DAY_HELP}.` });

/** What a date in a text is before or after: a date, or a moment, which counts by its date on the contact's clocks. */
export const dayOrMomentSchema = (side: Side): z.ZodType<When, unknown> =>
  schemaOf((text) => {
    const day = parsedDay(text);
    const moment = typeof day === 'string' ? parsedMoment(text, side) : day;
    return typeof moment === 'string' ? day : moment;
  }, `not a date; ${DAY_HELP}`).meta({ description: `A date: ${DAY_HELP}. Or a moment: ${HELP}.` });

function schemaOf<T extends When>(parse: (text: string) => T | string, notText: string): z.ZodType<T, unknown> {
  return z.string(notText).transform((text, context): T => {
    const found = parse(text);
    if (typeof found !== 'string') return found;
    context.addIssue({ code: 'custom', message: found });
    return z.NEVER;
  });
}

/** The moment, or what is wrong with the text. */
function parsedMoment(text: string, side: Side): ReturnType<Parse> {
  if (text === 'now') return { ago: 0 };
  if (text === 'today') return { days: 0 };
  const ago = distanceIn(text);
  if (ago !== undefined) return typeof ago === 'number' ? { ago } : `${ago}; ${HELP}`;
  const [, date, zone] = LOCAL_DATE.exec(text) ?? [];
  if (date !== undefined && zone !== undefined) return localDate(date, zone, side);
  if (!INSTANT.test(text)) return `"${text.slice(0, 60)}" is not a moment; ${HELP}`;
  const at = DateTime.fromISO(text);
  return at.isValid ? { at: at.toMillis() } : `"${text}" is on no calendar; ${HELP}`;
}

/** Milliseconds of `90d ago`, below 0 for `in 7d`; what is wrong with it; undefined for a text of another kind. */
function distanceIn(text: string): number | string | undefined {
  const [, age] = AGO.exec(text) ?? [];
  const [, ahead] = AHEAD.exec(text) ?? [];
  const duration = age ?? ahead;
  if (duration === undefined) return undefined;
  if (!DURATION.test(duration)) return `"${duration}" is not a duration`;
  const ms = durationMs(duration);
  if (ms > LONGEST_MS) return `"${duration.slice(0, 60)}" is longer than a hundred years`;
  return age === undefined ? -ms : ms;
}

function localDate(date: string, zone: string, side: Side): Moment | string {
  const midnight = DateTime.fromISO(date, { zone: 'utc' });
  if (!midnight.isValid) return `"${date}" is on no calendar; ${HELP}`;
  if (!IANAZone.isValidZone(zone)) return `"${zone}" is not an IANA time zone; write one like America/Sao_Paulo`;
  if (side === 'before') return { at: startOfLocalDay(midnight.toMillis(), zone) };
  return { at: startOfLocalDay(midnight.toMillis() + DAY, zone) - 1 }; // instants are whole milliseconds
}

/** The date, or what is wrong with the text. */
function parsedDay(text: string): DayRef | string {
  if (text === 'now' || text === 'today') return { days: 0 };
  if (DATE.test(text)) return writtenDay(text) === null ? `"${text}" is on no calendar; ${DAY_HELP}` : { date: text };
  const ago = distanceIn(text);
  if (ago === undefined) return `"${text.slice(0, 60)}" is not a date; ${DAY_HELP}`;
  if (typeof ago === 'string') return `${ago}; ${DAY_HELP}`;
  const days = 0 - ago / DAY; // not -ago, which makes -0 of 0
  if (!Number.isInteger(days)) return `dates go by whole days; ${DAY_HELP}`;
  return Math.abs(days) > MOST_DAYS ? `is more than a thousand years away; ${DAY_HELP}` : { days };
}
