import { IANAZone } from 'luxon';
import type { Instant } from '../ids';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Days that are remembered for a zone: ten years. */
const MOST_DAYS = 3660;

const MOST_NAMES = 10_000;
const names = new Map<string, boolean>();

/** Whether the name is one of an IANA time zone; remembered, since to find out costs as much as a hundred decisions. */
export function isZone(name: string): boolean {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMES) names.clear();
  const answer = IANAZone.isValidZone(name);
  names.set(name, answer);
  return answer;
}

const remembered = new Map<string, Map<number, number>>();

/**
 * By how much (ms) clocks in `zone` are ahead of UTC at `at`. Remembered for each day (of UTC) on which they do not change, since to
 * ask the zone itself costs far more than whoever asks most often, a simulation, does otherwise. NaN for a zone that nobody knows.
 */
export function zoneOffsetMs(zone: string, at: Instant): number {
  const day = Math.floor(at / DAY);
  const known = remembered.get(zone)?.get(day);
  return known ?? looked(zone, at, day);
}

function looked(zone: string, at: Instant, day: number): number {
  const rules = IANAZone.create(zone);
  const [first, last] = [rules.offset(day * DAY), rules.offset((day + 1) * DAY - 1)];
  if (first !== last) return rules.offset(at) * MINUTE;
  const days = remembered.get(zone) ?? new Map<number, number>();
  if (days.size >= MOST_DAYS) days.clear();
  days.set(day, first * MINUTE);
  remembered.set(zone, days);
  return first * MINUTE;
}
