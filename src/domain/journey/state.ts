import type { Instant } from '../ids';

/** A journey's whole state: plain JSON, versioned. Kept in the journey's row beside its last turn. */
export interface JourneyState {
  readonly v: 1;
  readonly place: Place;
  /** How often each step was arrived at: the occurrence in keys of effects. */
  readonly visits: { readonly [stepId: string]: number };
  /** Waits see only events with a greater `seq`: what came since the step before them began, and was not used by an earlier wait. */
  readonly horizon: number;
  /** Goal and exits that name an event see those since the journey was entered. */
  readonly enteredSeq: number;
}

export type Place =
  | { readonly type: 'start' }
  /** An effect of the step is under way. `sinceSeq`: the newest event when the step began. */
  | { readonly type: 'performing'; readonly stepId: string; readonly key: string; readonly sinceSeq: number }
  /** Waiting inside a step (a wait, an event, or an effect that was deferred). */
  | {
      readonly type: 'waiting';
      readonly stepId: string;
      readonly until: Instant | null;
      readonly sinceSeq: number;
      readonly deferredKey?: string;
    }
  | { readonly type: 'ended' };
