import { IANAZone } from 'luxon';
import type { Instant } from '../ids';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Times between two changes of the clocks that are remembered for a zone: some thirty years. */
const MOST_SPANS = 64;

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

/** Days (of UTC) in a row on which clocks do not change: it grows at either end as days beside it are asked for. */
interface Span {
  from: Instant;
  until: Instant;
  readonly offsetMs: number;
}

const remembered = new Map<string, Span[]>();

/**
 * By how much (ms) clocks in `zone` are ahead of UTC at `at`. Remembered for the days on which they do not change, since to ask the
 * zone itself costs far more than whoever asks most often, a simulation, does otherwise. NaN for a zone that nobody knows.
 */
export function zoneOffsetMs(zone: string, at: Instant): number {
  const spans = remembered.get(zone);
  if (spans) for (const span of spans) if (span.from <= at && at < span.until) return span.offsetMs;
  return looked(zone, at);
}

function looked(zone: string, at: Instant): number {
  const rules = IANAZone.create(zone);
  const from = Math.floor(at / DAY) * DAY;
  const until = from + DAY;
  const offset = rules.offset(from);
  if (offset !== rules.offset(until - 1)) return rules.offset(at) * MINUTE;
  keep(zone, { from, until, offsetMs: offset * MINUTE });
  return offset * MINUTE;
}

function keep(zone: string, day: Span): void {
  const spans = remembered.get(zone) ?? [];
  remembered.set(zone, spans);
  const same = spans.filter(({ offsetMs }) => offsetMs === day.offsetMs);
  const [before, after] = [same.find(({ until }) => until === day.from), same.find(({ from }) => from === day.until)];
  if (before) before.until = day.until;
  else if (after) after.from = day.from;
  else {
    if (spans.length >= MOST_SPANS) spans.length = 0;
    spans.push(day);
  }
}
