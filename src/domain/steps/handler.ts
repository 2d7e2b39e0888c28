import type { Facts, Stage } from '../facts';
import type { Instant, Json } from '../ids';
import type { EffectOutcome } from '../journey/move';
import type { Seen } from '../journey/state';

/** Where a step stands when it is asked for its plan. */
export type Phase =
  | { readonly type: 'arrived' }
  | { readonly type: 'waiting'; readonly until: Instant | null }
  | { readonly type: 'settled'; readonly outcome: EffectOutcome };

export interface Situation {
  readonly phase: Phase;
  readonly facts: Facts;
  readonly now: Instant;
  /** Only events that are new to the journey count for waits. */
  readonly seen: Seen;
  readonly journeyId: string;
}

/** A change of the contact or lead that the same transaction applies. */
export type Change =
  | { readonly type: 'attributes'; readonly set: { readonly [key: string]: Json } }
  | { readonly type: 'stage'; readonly stage: Stage };

/** What a step wants. `go` without `to` falls through to the step's `next`, or the step below it. */
export type StepPlan =
  | {
      readonly type: 'go';
      readonly to?: string;
      readonly outcome: string;
      readonly reason: string;
      readonly kind: 'branch' | 'wait' | 'send' | 'update' | 'handoff';
      /** Effects write their own decision, where they happen. */
      readonly recorded?: true;
      readonly changes?: readonly Change[];
      /** The event this step used up: later waits do not see it again. */
      readonly usedSeq?: number;
    }
  | {
      readonly type: 'stay';
      readonly until: Instant | null;
      readonly events: readonly string[];
      readonly reason: string;
    }
  | { readonly type: 'perform'; readonly effect: 'mail' | 'handoff' }
  | { readonly type: 'end'; readonly outcome: string; readonly reason: string; readonly kind: 'end' | 'exit' };

/** One step type: its schema and its decisions. A new type is one file with this shape and one line in `index.ts`. */
export interface StepHandler<S> {
  /** Steps this one may go to, besides the one below it. */
  readonly targets: (step: S) => readonly string[];
  /** Whether the step may go on to the step below it. */
  readonly fallsThrough: (step: S) => boolean;
  /** Event types the step may wait for. */
  readonly events: (step: S) => readonly string[];
  readonly plan: (step: S, situation: Situation) => StepPlan;
}
