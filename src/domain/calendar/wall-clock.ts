import { DateTime } from 'luxon';
import type { Instant } from '../ids';
import { zoneOffsetMs } from './zone-offset';

/** What clocks in some zone show, written as if they were UTC: milliseconds since 1970-01-01T00:00. */
export type Wall = number;

export const DAY_MS = 86_400_000;

/** What clocks in `zone` show at `at`. */
export const wallAt = (at: Instant, zone: string): Wall => at + zoneOffsetMs(zone, at);

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
  const [before, after] = offsetsAround(wall, zone);
  if (before === after) return wall - before;
  const [first] = showings(wall, zone);
  return first ?? wall - before;
}

/** When the clocks change between two moments that are at most some days apart; undefined when they do not. */
export function clockChange(from: Instant, to: Instant, zone: string): Instant | undefined {
  const offset = zoneOffsetMs(zone, from);
  if (offset === zoneOffsetMs(zone, to)) return undefined;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zoneOffsetMs(zone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** The offsets (ms) that hold a day before and a day after: zones change theirs far less often than that. */
const offsetsAround = (wall: Wall, zone: string): readonly [before: number, after: number] => [
  zoneOffsetMs(zone, wall - DAY_MS),
  zoneOffsetMs(zone, wall + DAY_MS),
];
