import { localClock, nextLocalTime, timeMs } from '../calendar/local-time';
import type { Instant } from '../ids';

export interface QuietHours {
  /** `HH:mm`. Equal to `to`: no hour is quiet. */
  readonly from: string;
  readonly to: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Whether clocks in `zone` show a time from `from` up to, but not including, `to`; over midnight when `to` is the earlier. */
export function isQuiet(at: Instant, { from, to }: QuietHours, zone: string): boolean {
  const { minutes } = localClock(at, zone);
  const start = minutesOf(from);
  const end = minutesOf(to);
  return start <= end ? start <= minutes && minutes < end : minutes >= start || minutes < end;
}

/**
 * When the quiet hours that hold at `now` are over: always later, and never itself quiet. An end that the spring change skips
 * moves forward by the gap; of an hour that the autumn change repeats, each is as quiet as its clock says.
 */
export function quietEnd(now: Instant, hours: QuietHours, zone: string): Instant {
  let at = now;
  while (isQuiet(at, hours, zone)) at = nextEnd(at, hours, zone);
  return at;
}

/** By the clock, and by the minutes that are left: within a repeated hour only the second finds tonight's end. */
function nextEnd(now: Instant, hours: QuietHours, zone: string): Instant {
  const byClock = nextLocalTime(now, { time: hours.to, weekdays: [], zone });
  const left = (minutesOf(hours.to) - localClock(now, zone).minutes + DAY_MINUTES) % DAY_MINUTES;
  const byMinutes = Math.floor(now / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS;
  return byMinutes < byClock && !isQuiet(byMinutes, hours, zone) ? byMinutes : byClock;
}

/** Since midnight, of `HH:mm`. */
const minutesOf = (time: string): number => timeMs(time) / MINUTE_MS;
