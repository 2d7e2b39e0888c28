import type { FactEvent } from '../facts';
import type { Instant } from '../ids';

/** A journey's whole state: plain JSON, versioned. Kept in the journey's row beside its last turn. */
export interface JourneyState {
  readonly v: 1;
  readonly place: Place;
  /** How often each step was arrived at: the occurrence in keys of effects. */
  readonly visits: { readonly [stepId: string]: number };
  /** What waits, the goal and the exits see no more. */
  readonly seen: Seen;
}

/** Events that a journey is done with. New to it is what came since the step before began, and no earlier wait has used. */
export interface Seen {
  /** Every event up to this `seq` is old: it was in the facts of an earlier turn. Never falls. */
  readonly horizon: number;
  /** Newer ones that a wait has used. */
  readonly used: readonly number[];
}

/** Whether a journey may still see the event: it is its own or nobody's, and new. */
export function isNewTo(
  event: FactEvent,
  { journeyId, seen }: { readonly journeyId: string; readonly seen: Seen },
): boolean {
  const isMeant = event.journeyId === null || event.journeyId === journeyId;
  return isMeant && event.seq > seen.horizon && !seen.used.includes(event.seq);
}

/** What is seen after a step is left: the horizon moves to where the step began, and the event that it used is kept in mind. */
export function seenAfter(
  { horizon, used }: Seen,
  step: { readonly sinceSeq: number; readonly usedSeq: number | undefined },
): Seen {
  const next = Math.max(horizon, step.sinceSeq);
  return { horizon: next, used: [...used, step.usedSeq ?? 0].filter((seq) => seq > next) };
}

export type Place =
  | { readonly type: 'start' }
  /** An effect of the step is under way. `sinceSeq`: the newest event when the step began. */
  | { readonly type: 'performing'; readonly stepId: string; readonly key: string; readonly sinceSeq: number }
  /** Waiting inside a step: for a time, an event, or to perform a deferred effect again, which then has the same key. */
  | {
      readonly type: 'waiting';
      readonly stepId: string;
      readonly until: Instant | null;
      readonly sinceSeq: number;
    }
  | { readonly type: 'ended' };

/** A journey that has not taken its first step. `lastSeq`: the newest event of the contact when it entered. */
export function initialState(lastSeq: number): JourneyState {
  return { v: 1, place: { type: 'start' }, visits: {}, seen: { horizon: lastSeq, used: [] } };
}
