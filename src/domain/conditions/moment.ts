import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { DURATION, durationMs, durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import { startOfLocalDay } from './local-day';

/** A point in time that a condition names: fixed, or `ago` milliseconds before the moment of asking. */
export type Moment = { readonly at: Instant } | { readonly ago: number };

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const LOCAL_DATE = /^(\d{4}-\d\d-\d\d) in (\S+)$/;
const AGO = /^(.*\S)\s+ago$/;
const DAY = 86_400_000;

/** Dates that PostgreSQL and four-digit years can both write: 0001 to 9999. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

const HELP =
  'write an instant (2026-03-01T09:30:00Z), a local date (2026-03-01 in America/Sao_Paulo) or an age (90d ago)';

/** The instant that `moment` means at `now`, kept within the years 1 to 9999. */
export function instantOf(moment: Moment, now: Instant): Instant {
  return Math.min(LATEST, Math.max(EARLIEST, 'at' in moment ? moment.at : now - moment.ago));
}

/** `90d ago`, or the instant in UTC. */
export function momentText(moment: Moment): string {
  return 'at' in moment ? instantText(instantOf(moment, 0)) : `${durationText(moment.ago)} ago`;
}

/** ISO 8601 in UTC, without milliseconds when there are none. */
export function instantText(at: Instant): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).toISO({ suppressMilliseconds: true }) ?? String(at);
}

/** A moment in YAML. A local date is a whole day: `before` ends at its first instant, `after` begins past its last. */
export function momentSchema(side: 'before' | 'after'): z.ZodType<Moment, unknown> {
  return z
    .string(`not a moment; ${HELP}`)
    .transform((text, context): Moment => {
      const found = parsed(text, side);
      if (typeof found !== 'string') return found;
      context.addIssue({ code: 'custom', message: found });
      return z.NEVER;
    })
    .meta({ description: `A moment: ${HELP}.` });
}

/** The moment, or what is wrong with the text. */
function parsed(text: string, side: 'before' | 'after'): Moment | string {
  const [, age] = AGO.exec(text) ?? [];
  if (age !== undefined) return DURATION.test(age) ? { ago: durationMs(age) } : `"${age}" is not a duration; ${HELP}`;
  const [, date, zone] = LOCAL_DATE.exec(text) ?? [];
  if (date !== undefined && zone !== undefined) return localDate(date, zone, side);
  if (!INSTANT.test(text)) return `"${text.slice(0, 60)}" is not a moment; ${HELP}`;
  const at = DateTime.fromISO(text);
  return at.isValid ? { at: at.toMillis() } : `"${text}" is on no calendar; ${HELP}`;
}

function localDate(date: string, zone: string, side: 'before' | 'after'): Moment | string {
  const midnight = DateTime.fromISO(date, { zone: 'utc' });
  if (!midnight.isValid) return `"${date}" is on no calendar; ${HELP}`;
  if (!IANAZone.isValidZone(zone)) return `"${zone}" is not an IANA time zone; write one like America/Sao_Paulo`;
  if (side === 'before') return { at: startOfLocalDay(midnight.toMillis(), zone) };
  return { at: startOfLocalDay(midnight.toMillis() + DAY, zone) - 1 }; // instants are whole milliseconds
}
