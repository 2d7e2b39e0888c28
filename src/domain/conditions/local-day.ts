import { IANAZone } from 'luxon';
import type { Instant } from '../ids';

const DAY = 86_400_000;
const MINUTE = 60_000;

/**
 * The first instant at which clocks in `zone` show the date whose midnight in UTC is `midnight`.
 * Midnight comes twice (clocks go back over it): the first. Midnight is skipped (clocks go forward over it, as in São Paulo
 * until 2018): the instant of the change. The whole date is skipped: the start of the next.
 */
export function startOfLocalDay(midnight: Instant, zone: string): Instant {
  const rules = IANAZone.create(zone);
  const shownAt = (at: Instant) => at + rules.offset(at) * MINUTE;
  // not luxon's startOf('day'): which of two midnights that gives depends on the clock of the process
  const candidates = [midnight - DAY, midnight + DAY].map((at) => midnight - rules.offset(at) * MINUTE);
  const exact = candidates.filter((at) => shownAt(at) === midnight);
  if (exact.length > 0) return Math.min(...exact);
  let [before, after] = [midnight - DAY, midnight + DAY];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (shownAt(middle) < midnight) before = middle;
    else after = middle;
  }
  return after;
}
