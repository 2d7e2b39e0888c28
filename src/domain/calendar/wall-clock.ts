import { DateTime, IANAZone } from 'luxon';
import type { Instant } from '../ids';

/** What clocks in some zone show, written as if they were UTC: milliseconds since 1970-01-01T00:00. */
export type Wall = number;

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What clocks in `zone` show at `at`. */
export function wallAt(at: Instant, zone: string): Wall {
  return at + IANAZone.create(zone).offset(at) * MINUTE_MS;
}

/** Midnight of the date that a clock shows. */
export const dayOf = (wall: Wall): Wall => Math.floor(wall / DAY_MS) * DAY_MS;

/** The date that a clock shows: `2026-03-29`. */
export const dateText = (wall: Wall): string => DateTime.fromMillis(wall, { zone: 'utc' }).toISODate() ?? String(wall);

/** The midnight of a date written `2026-03-29`; undefined for one on no calendar, like 30 February. */
export function midnightOf(date: string): Wall | undefined {
  const midnight = DateTime.fromISO(date, { zone: 'utc' });
  return midnight.isValid ? midnight.toMillis() : undefined;
}

/** The moments at which clocks in `zone` show `wall`: one; two when clocks go back over it; none when they skip it. */
export function showings(wall: Wall, zone: string): readonly Instant[] {
  const candidates = offsetsAround(wall, zone).map((offset) => wall - offset);
  return [...new Set(candidates)].filter((at) => wallAt(at, zone) === wall).toSorted((a, b) => a - b);
}

/** The first moment at which clocks in `zone` show `wall`; of a time that they skip, as long after the change as it lies in the gap. */
export function firstShowing(wall: Wall, zone: string): Instant {
  const [first] = showings(wall, zone);
  const [before] = offsetsAround(wall, zone);
  return first ?? wall - before;
}

/** When the clocks change between two moments that are at most some days apart; undefined when they do not. */
export function clockChange(from: Instant, to: Instant, zone: string): Instant | undefined {
  const rules = IANAZone.create(zone);
  const offsetAt = (at: Instant) => rules.offset(at);
  if (offsetAt(from) === offsetAt(to)) return undefined;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offsetAt(from)) before = middle;
    else after = middle;
  }
  return after;
}

/** The offsets (ms) that hold a day before and a day after: zones change theirs far less often than that. */
function offsetsAround(wall: Wall, zone: string): readonly [number, number] {
  const rules = IANAZone.create(zone);
  return [rules.offset(wall - DAY_MS) * MINUTE_MS, rules.offset(wall + DAY_MS) * MINUTE_MS];
}
