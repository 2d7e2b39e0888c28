import { localClock, nextLocalTime, WEEKDAYS } from '../calendar/local-time';
import { dateText, wallAt } from '../calendar/wall-clock';
import type { Instant } from '../ids';
import { isQuiet, quietEnd } from './quiet-hours';
import type { GateRules } from './rules';

export interface Slot {
  /** The first moment, from the one asked for on, at which neither the hour nor the day stands in the way. */
  readonly at: Instant;
  /** What stood in the way, in the order in which it did; none: nothing. */
  readonly waits: readonly { readonly kind: 'quiet-hours' | 'send-days'; readonly reason: string }[];
}

type Windows = Pick<GateRules, 'quietHours' | 'sendDays'>;
type SendDays = NonNullable<GateRules['sendDays']>;

/** Rounds of night and closed day that are looked at: two for each day of more than a year. */
const MOST_ROUNDS = 1_000;

/** Whether rules about the time of day or the day have to do with mails of this purpose. */
export const hasWindows = ({ quietHours, sendDays }: Windows, purpose: string): boolean =>
  quietHours?.purposes.includes(purpose) === true || sendDays?.purposes.includes(purpose) === true;

/**
 * The first slot for a mail of this purpose, by the clocks of the contact's zone. Undefined: there is none within a year, since the rules
 * except every day.
 */
export function slotFor(
  rules: Windows,
  { purpose, zone }: { readonly purpose: string; readonly zone: string },
  from: Instant,
): Slot | undefined {
  const quiet = rules.quietHours?.purposes.includes(purpose) ? rules.quietHours : undefined;
  const days = rules.sendDays?.purposes.includes(purpose) ? rules.sendDays : undefined;
  const waits = new Map<string, Slot['waits'][number]>();
  let at = from;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (days && !isSendDay(days, at, zone)) {
      const reason = dayText(days, at, zone);
      waits.set(reason, { kind: 'send-days', reason });
      at = nextLocalTime(at, { time: '00:00', weekdays: [], zone });
    } else if (quiet && isQuiet(at, quiet, zone)) {
      const reason = `quiet hours from ${quiet.from} to ${quiet.to} in ${zone}`;
      waits.set(reason, { kind: 'quiet-hours', reason });
      at = quietEnd(at, quiet, zone);
    } else return { at, waits: [...waits.values()] };
  }
  return undefined;
}

/** What forbids this very moment to a mail that is not to wait for another one. */
export function abandons(
  { quietHours, sendDays }: Windows,
  { purpose, zone }: { readonly purpose: string; readonly zone: string },
  now: Instant,
): string | undefined {
  if (sendDays?.otherwise === 'skip' && sendDays.purposes.includes(purpose) && !isSendDay(sendDays, now, zone))
    return dayText(sendDays, now, zone);
  const isNight =
    quietHours?.otherwise === 'skip' && quietHours.purposes.includes(purpose) && isQuiet(now, quietHours, zone);
  return isNight ? `quiet hours from ${quietHours.from} to ${quietHours.to} in ${zone}` : undefined;
}

function isSendDay({ days, except }: SendDays, at: Instant, zone: string): boolean {
  if (!days.includes(localClock(at, zone).weekday)) return false;
  if (except.length === 0) return true;
  const date = dateText(wallAt(at, zone));
  return !except.includes(date) && !except.includes(date.slice(5));
}

const NAMES: readonly string[] = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function dayText({ days }: SendDays, at: Instant, zone: string): string {
  const { weekday } = localClock(at, zone);
  const name = NAMES[WEEKDAYS.indexOf(weekday)] ?? weekday;
  return days.includes(weekday)
    ? `${dateText(wallAt(at, zone))} is no day for mail in ${zone}`
    : `no mail on a ${name} in ${zone}`;
}
