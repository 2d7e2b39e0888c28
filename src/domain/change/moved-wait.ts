import type { Instant } from '../ids';
import type { Place } from '../journey/state';
import { frozenMs } from '../pause/holding';
import { planStep, type Step } from '../steps';
import type { Situation } from '../steps/handler';
import type { SplitStep } from '../steps/split';

export type Waiting = Extract<Place, { type: 'waiting' }>;

/** A wait whose time changed under a journey that stands in it. */
export interface Credited {
  /** The step, by its new id. */
  readonly stepId: string;
  /** Time that was waited before, and counts (ms); clocks that stood still are left out. */
  readonly waitedMs: number;
  /** When the wait is over now; null: only an event ends it. */
  readonly newUntil: Instant | null;
}

export interface MovedWait {
  readonly place: Waiting;
  /** Absent: its time is what it was. */
  readonly credited?: Credited;
}

export interface Waits {
  readonly was: Step;
  readonly now: Step;
  readonly place: Waiting;
  /** Facts of the new version, key and visit of the new step. `phase` is of no matter. */
  readonly situation: Situation;
  readonly credit: boolean;
}

/** Steps whose waiting is for an effect, or has told a person when: their time is none that a version says. */
const KEEPS_TIME: readonly Step['type'][] = ['mail', 'webhook', 'task'];

/**
 * The wait goes on in the step as the new version has it. A time that changed is counted from when the wait began, or from now
 * without credit, and for a time of day or a date; never earlier than now.
 */
export function movedWait({ was, now: step, place, situation, credit }: Waits): MovedWait {
  const { now } = situation;
  const since = place.since ?? now;
  const kept: Waiting = { ...place, stepId: step.id };
  if (KEEPS_TIME.includes(step.type)) return { place: kept };
  if (was.type === 'split' && step.type === 'split') return heldOut(kept, { was, step, since, now });
  const isByClock = step.type === 'wait' && step.until !== undefined;
  const from = isByClock ? now : since;
  const before = timeOf(was, situation, from);
  const after = timeOf(step, situation, from);
  if (before === after) return { place: kept };
  if (isByClock || !credit) {
    const { frozenMs: _, ...fresh } = kept;
    const until = isByClock ? after : timeOf(step, situation, now);
    return changed({ ...fresh, since: now }, place, { until, now, waitedMs: 0 });
  }
  const { frozenMs: given = 0 } = place;
  const until = after === null ? null : after + given;
  const waitedMs = Math.max(0, now - since - frozenMs(situation.facts.pauses ?? [], since, now));
  return changed(kept, place, { until, now, waitedMs });
}

/** Whoever waits in a split is held out, and stays so, whatever chance would say under another id or with other weights. */
function heldOut(
  place: Waiting,
  o: { readonly was: SplitStep; readonly step: SplitStep; readonly since: Instant; readonly now: Instant },
): MovedWait {
  const { was, step, since, now } = o;
  const time = step.holdout?.for;
  if (time === undefined || time === was.holdout?.for) return { place };
  const until = since + time + (place.frozenMs ?? 0);
  return changed(place, place, { until, now, waitedMs: now - since });
}

function changed(
  kept: Waiting,
  before: Waiting,
  o: { readonly until: Instant | null; readonly now: Instant; readonly waitedMs: number },
): MovedWait {
  const until = o.until === null ? null : Math.max(o.until, o.now);
  const place = { ...kept, until };
  if (until === before.until) return { place };
  return { place, credited: { stepId: kept.stepId, waitedMs: o.waitedMs, newUntil: until } };
}

/**
 * Until when the step would wait for whoever arrived `at`. Events are left out: what they bring is for the next turn to see.
 * A step that would not wait at all is over at once.
 */
function timeOf(step: Step, situation: Situation, at: Instant): Instant | null {
  const { facts } = situation;
  const plan = planStep(step, { ...situation, phase: { type: 'arrived' }, now: at, facts: { ...facts, events: [] } });
  return plan.type === 'stay' ? plan.until : at;
}
