import type { Calendars } from '../calendar/calendars';
import type { Condition, explain } from '../conditions';
import type { DecisionKind } from '../decision';
import type { Facts, Stage } from '../facts';
import type { Instant, Json } from '../ids';
import type { EffectOutcome } from '../journey/move';
import type { Seen } from '../journey/state';

/** Where a step stands when it is asked for its plan. */
export type Phase =
  | { readonly type: 'arrived' }
  | { readonly type: 'waiting'; readonly until: Instant | null; readonly since: Instant }
  | { readonly type: 'settled'; readonly outcome: EffectOutcome };

export interface Situation {
  readonly phase: Phase;
  readonly facts: Facts;
  readonly now: Instant;
  /** Only events that are new to the journey count for waits. */
  readonly seen: Seen;
  readonly journeyId: string;
  /** Id of this visit of the step: of its send, handoff, task, webhook or joined journey. */
  readonly key: string;
  /** How often the step was arrived at, this time included. */
  readonly visit: number;
  /** Of a mail that was deferred: the variant that it was to be. */
  readonly variant?: string | undefined;
  /** `seq` of the event that each earlier waitFor has used, by step. */
  readonly used: { readonly [stepId: string]: number };
  /** Name of the sequence. */
  readonly sequence: string;
  readonly calendars: Calendars;
  /** Makes the reasons of conditions. Default: that of the conditions. */
  readonly explain?: typeof explain;
}

/** A change of the contact or lead that the same transaction applies. */
export type Change =
  | { readonly type: 'attributes'; readonly set: { readonly [key: string]: Json } }
  | { readonly type: 'tags'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly type: 'stage'; readonly stage: Stage }
  /** Interest of the lead, by a rule named after the step; `key` makes it count once. */
  | {
      readonly type: 'score';
      readonly key: string;
      readonly stepId: string;
      readonly points: number;
      readonly reason: string;
    }
  /** Gives a person something to do; its end comes back as the event `task.closed` with the property `taskId`. */
  | { readonly type: 'task'; readonly task: NewTask }
  /** Enters another sequence; with `isAwaited` its end comes back as the event `journey.ended` with the property `joinId`. */
  | {
      readonly type: 'join';
      readonly key: string;
      readonly stepId: string;
      readonly sequence: string;
      readonly isAwaited: boolean;
    };

/** A call or a to-do, for a rep of a team. */
export interface NewTask {
  /** Its id. */
  readonly key: string;
  readonly stepId: string;
  readonly kind: 'call' | 'todo';
  readonly team: string | null;
  readonly title: string;
  readonly dueAt: Instant;
}

/** What a step wants. `go` without `to` falls through to the step's `next`, or the step below it. */
export type StepPlan =
  | {
      readonly type: 'go';
      readonly to?: string;
      readonly outcome: string;
      readonly reason: string;
      readonly kind: DecisionKind;
      /** Its decision is written elsewhere: by the effect, where it happens; by a wait, when it began. */
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
      /** Made once, when the step begins to wait. */
      readonly changes?: readonly Change[];
    }
  | { readonly type: 'perform'; readonly effect: 'mail'; readonly variant?: string; readonly reason?: string }
  | { readonly type: 'perform'; readonly effect: 'handoff' | 'webhook' }
  | { readonly type: 'end'; readonly outcome: string; readonly reason: string; readonly kind: 'end' | 'exit' };

/** How a journey goes on past a step that it does not take again. */
export interface Passing {
  readonly kind: DecisionKind;
  /** Default: the step below. */
  readonly to: string | undefined;
}

/** Where in a step something stands: `['branches', 0, 'to']`. */
export type At = readonly (string | number)[];

/** A step that another goes to. */
export interface Target {
  readonly at: At;
  readonly to: string;
}

/** A mail that a step may send. */
export interface MailOf {
  readonly at: At;
  readonly template: string;
  readonly purpose: string | undefined;
}

/**
 * One step type: its schema and its decisions. A new type is one file with this shape and one line in `index.ts`. What is left out
 * is nothing: no targets, no events, no conditions, no mails, no time.
 */
export interface StepHandler<S> {
  readonly plan: (step: S, situation: Situation) => StepPlan;
  /** Whether the step may go on to the step below it. */
  readonly fallsThrough: (step: S) => boolean;
  /** Whether a journey rests in the step, however it goes through it: circles need one that does. */
  readonly takesTime: (step: S) => boolean;
  /** Whether its wait ends at a date, which a pause that stops clocks does not move. Default: after a duration. */
  readonly endsByDate?: (step: S) => boolean;
  /** Steps this one may go to, besides the one below it. */
  readonly targets?: (step: S) => readonly Target[];
  /** Event types the step may wait for. */
  readonly events?: (step: S) => readonly { readonly at: At; readonly type: string }[];
  readonly conditions?: (step: S) => readonly { readonly at: At; readonly condition: Condition }[];
  readonly mails?: (step: S) => readonly MailOf[];
  /**
   * For steps whose effect people or other systems see: how whoever took it before a migration goes on past it, where it stands
   * ahead again. Undefined: it is to be taken again all the same.
   */
  readonly passing?: (step: S, facts: Facts) => Passing | undefined;
}

/** The targets that are written: each under its key. */
export function targetsAt(step: { readonly [key: string]: unknown }, keys: readonly string[]): readonly Target[] {
  return keys.flatMap((key) => {
    const to = step[key];
    return typeof to === 'string' ? [{ at: [key], to }] : [];
  });
}
