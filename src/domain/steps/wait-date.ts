import { DateTime } from 'luxon';
import { timeMs } from '../calendar/local-time';
import { shifted } from '../calendar/offset';
import { dayOf, firstShowing, midnightOf, wallAt } from '../calendar/wall-clock';
import { factAt } from '../conditions/fact';
import type { Instant, Json } from '../ids';
import type { Situation } from './handler';
import { type DateUntil, propertyPath } from './wait-until';

/** When a date comes, moved by its offset; undefined when there is none. */
export function dateOf(until: DateUntil, situation: Situation): Instant | undefined {
  const zone = zoneOf(until, situation);
  const date = momentIn(until, situation, zone);
  if (date === undefined) return undefined;
  const at = until.offset ? shifted(date, until.offset, zone) : date;
  return until.time === undefined ? at : firstShowing(dayOf(wallAt(at, zone)) + timeMs(until.time), zone);
}

/** The zone by whose clocks an `until` counts. */
export function zoneOf({ zone }: { readonly zone: string }, { facts, calendars }: Situation): string {
  if (zone === 'contact') return facts.contact.timeZone;
  return zone === 'company' ? calendars.zone : zone;
}

/** `entry.startsAt -1d at 09:00` */
export function dateWords({ date, of, offset, time }: DateUntil): string {
  const whose = of === undefined ? '' : ` of ${of}`;
  return `${date}${whose}${offset ? ` ${offset.text}` : ''}${time === undefined ? '' : ` at ${time}`}`;
}

/** As clocks in the zone show it: `2026-03-28 09:00 in Europe/Warsaw`. */
export function clockText(at: Instant, zone: string): string {
  return `${DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd HH:mm')} in ${zone}`;
}

function momentIn({ date, of }: DateUntil, { facts, used }: Situation, zone: string): Instant | undefined {
  const path = propertyPath(date);
  const fact = path ? undefined : factAt(date);
  const value = fact?.read(facts);
  // facts of our own are instants in milliseconds; what others write is text
  if (fact?.kind === 'instant') return typeof value === 'number' ? value : undefined;
  if (!path) return momentOf(value, zone);
  const event = path.of === 'entry' ? facts.entry : facts.events.find(({ seq }) => seq === used[of ?? '']);
  const has = event && Object.hasOwn(event.properties, path.property);
  return has ? momentOf(event.properties[path.property], zone) : undefined;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/;

/** A date or a time by the clocks of the zone, or an instant with its offset. A number is none: nobody could say of what. */
function momentOf(value: Json | undefined, zone: string): Instant | undefined {
  if (typeof value !== 'string') return undefined;
  if (DATE.test(value)) {
    const midnight = midnightOf(value);
    return midnight === undefined ? undefined : firstShowing(midnight, zone);
  }
  const [, , , offset] = MOMENT.exec(value) ?? [];
  if (!MOMENT.test(value)) return undefined;
  const read = DateTime.fromISO(value, { zone: 'utc' });
  if (!read.isValid) return undefined;
  return offset === undefined ? firstShowing(read.toMillis(), zone) : read.toMillis();
}
