import type { Facts } from '../facts';
import type { Instant } from '../ids';
import { type Comparison, type Condition, type Did, partsOf } from './condition';
import { localDay } from './day';
import { occurrences } from './evaluate';
import { type Leaf, leavesOf } from './leaves';
import { startOfLocalDay } from './local-day';
import { isMoment, type When } from './moment';

/** Points of interest are rounded to 2 decimals before they are compared. */
const HALF_A_CENT = 0.005;
const MINUTE = 60_000;
const DAY = 86_400_000;

export interface Ageing {
  readonly facts: Facts;
  readonly now: Instant;
  /** Half-life of interest (ms). */
  readonly halfLife: number;
}

/** Whether the condition may change its answer by time passing alone: it counts recent events, or goes by an age, a date or the score. */
export function isTimely(condition: Condition): boolean {
  return leavesOf(condition, []).some(({ condition: leaf }) =>
    'did' in leaf ? isTimelyDid(leaf) : isTimelyTest(leaf),
  );
}

/**
 * The next instant after `now` at which a test of the condition may change its answer although nothing happens; null when none
 * will. Between `now` and then the condition says what it says now, as far as `lead.score` is exact: as it is read it is rounded.
 */
export function nextChange(condition: Condition, ageing: Ageing): Instant | null {
  const times = leavesOf(condition, []).flatMap(({ condition: leaf }) => changesOf(leaf, ageing));
  const next = Math.min(...times.filter((at) => at > ageing.now));
  return Number.isFinite(next) ? next : null;
}

const isTimelyDid = ({ within, where }: Did): boolean =>
  within !== undefined || (where !== undefined && isTimely(where));

function isTimelyTest(comparison: Comparison): boolean {
  const { name, operand, path } = partsOf(comparison);
  return whenOf(name, operand) !== undefined || (path === 'lead.score' && name !== 'exists');
}

function changesOf(leaf: Leaf, ageing: Ageing): readonly Instant[] {
  if ('did' in leaf) return didChanges(leaf, ageing);
  const { path, fact, name, operand } = partsOf(leaf);
  if (path === 'lead.score') return scoreChanges(operand, ageing);
  const when = whenOf(name, operand);
  if (when === undefined) return [];
  const value = fact.read(ageing.facts);
  if (fact.kind === 'instant' && (name === 'before' || name === 'after') && isMoment(when))
    return typeof value === 'number' && 'ago' in when ? [value + when.ago, value + when.ago + 1] : [];
  return dayChanges(when, ageing);
}

/** What a comparison by time is made with; undefined for one by something else. */
function whenOf(name: string, operand: unknown): When | undefined {
  const isByTime = ['before', 'after', 'on', 'anniversary'].includes(name);
  return isByTime ? (operand as When) : undefined; // Operands pairs these names with moments and dates
}

/** Each event that counts leaves its window, a millisecond after it is as old as it may be. */
function didChanges(did: Did, { facts, now }: Ageing): readonly Instant[] {
  const { within, where } = did;
  const leaving = within === undefined ? [] : occurrences(did, facts, now).map(({ at }) => at + within + 1);
  if (where === undefined || !isTimely(where)) return leaving;
  return [...leaving, nextMidnight(now, facts.contact.timeZone)]; // properties hold dates, which go by days
}

/** A date that is reckoned from today changes at midnight, one that is reckoned from a moment when that moment comes to midnight. */
function dayChanges(when: When, { facts, now }: Ageing): readonly Instant[] {
  const zone = facts.contact.timeZone;
  if ('days' in when) return [nextMidnight(now, zone)];
  return 'ago' in when ? [nextMidnight(now - when.ago, zone) + when.ago] : [];
}

function nextMidnight(now: Instant, zone: string): Instant {
  const today = localDay(now, zone);
  if (today === null) return Number.POSITIVE_INFINITY;
  const midnight = startOfLocalDay((today + 1) * DAY, zone);
  return midnight > now ? midnight : startOfLocalDay((today + 2) * DAY, zone); // a date that is skipped
}

/** When what is left of the score passes a number that it is compared with. */
function scoreChanges(operand: unknown, { facts, now, halfLife }: Ageing): readonly Instant[] {
  const score = facts.lead?.score ?? 0;
  const numbers = [operand].flat().filter((one): one is number => typeof one === 'number');
  return numbers.flatMap((number) =>
    [number - HALF_A_CENT, number + HALF_A_CENT].flatMap((bound) => {
      const share = bound / score;
      if (!(share > 0 && share < 1)) return [];
      return [Math.max(now + MINUTE, now + Math.ceil(halfLife * Math.log2(1 / share)) + 1)]; // past the bound, not on it
    }),
  );
}
