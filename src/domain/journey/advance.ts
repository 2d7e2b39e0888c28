import type { explain } from '../conditions';
import type { Decision } from '../decision';
import type { Facts } from '../facts';
import type { Instant, KeyOf } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import type { Change } from '../steps/handler';
import type { EffectOutcome, Move } from './move';
import { begun, change, decide, ended, type Progress, resting } from './progress';
import { heldRule } from './rules';
import { standsStill } from './stands-still';
import type { JourneyState } from './state';
import { takeSteps } from './take-steps';

export interface JourneyIdentity {
  readonly id: string;
  readonly contactId: string;
}

export interface AdvanceInput {
  readonly definition: Definition;
  readonly journey: JourneyIdentity;
  readonly state: JourneyState;
  readonly facts: Facts;
  readonly rules: Pick<Rules, 'scoring' | 'calendars'>;
  readonly now: Instant;
  /** What came of the effect that the state says is under way. */
  readonly outcome?: EffectOutcome;
  /** Number of the turn being decided: part of the keys of its decisions. */
  readonly turn: number;
  /** Given where nobody reads why: state, move and changes stay the same, decisions are left out. The state is used up by it. */
  readonly unread?: Unread;
}

/** What stands in for keys and explanations that nobody reads. */
export interface Unread {
  /** The same parts must give the same key, and other parts another one. */
  readonly keyOf: KeyOf;
  readonly explain: typeof explain;
}

/** What a turn decided; whoever asked records it and performs the move. */
export interface Advanced {
  readonly state: JourneyState;
  readonly move: Move;
  readonly decisions: readonly Decision[];
  readonly changes: readonly Change[];
  /** The steps that were come to in this turn, in order. */
  readonly path: readonly string[];
  /** Event types that the step waits for; goal and exits are told apart by the definition. */
  readonly waitsFor: readonly string[];
  readonly ended: { readonly outcome: string; readonly reason: string } | null;
}

/**
 * What a journey does next: pure, total, the only place that decides. Goal and exits first, also while it is paused; then steps
 * are taken until one waits, performs an effect, or ends the journey.
 */
export function advance(input: AdvanceInput): Advanced {
  const progress = begun(input);
  const { place } = input.state;
  if (place.type === 'ended') return ended(progress, { outcome: 'ended', reason: 'had ended before' });
  const byRule = endedByRule(progress);
  if (byRule) return byRule;
  if (place.type === 'performing' && input.outcome === undefined)
    return resting(progress, standsStill(progress, place));
  return takeSteps(progress, endedByRule);
}

/** The end, if the goal or an exit holds. */
function endedByRule(progress: Progress): Advanced | undefined {
  const { definition, journey, now } = progress.input;
  const { facts, seen } = progress;
  const rule = heldRule(definition, { journeyId: journey.id, facts, now, seen });
  if (!rule) return undefined;
  const { kind, name, reason } = rule;
  decide(progress, { kind, outcome: name, reason });
  if (kind === 'exit') return ended(progress, { outcome: name, reason });
  reachGoalStage(progress);
  return ended(progress, { outcome: 'goal', reason });
}

/** Reaching the goal may be what wins the lead. */
function reachGoalStage(progress: Progress): void {
  const stage = progress.input.definition.goal?.stage;
  if (stage === undefined || !progress.facts.lead || progress.facts.lead.stage === stage) return;
  decide(progress, { kind: 'stage', outcome: stage, reason: 'the goal is reached' });
  change(progress, [{ type: 'stage', stage }]);
}
