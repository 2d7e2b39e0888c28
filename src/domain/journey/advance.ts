import type { Decision } from '../decision';
import { failure } from '../errors';
import type { Facts } from '../facts';
import { type Instant, keyOf } from '../ids';
import type { Definition } from '../sequence/definition';
import { planStep, type Step } from '../steps';
import type { Change, Phase, StepPlan } from '../steps/handler';
import type { EffectOutcome, Move } from './move';
import { heldRule } from './rules';
import { type JourneyState, type Place, type Seen, seenAfter } from './state';

export interface JourneyIdentity {
  readonly id: string;
  readonly contactId: string;
}

export interface AdvanceInput {
  readonly definition: Definition;
  readonly journey: JourneyIdentity;
  readonly state: JourneyState;
  readonly facts: Facts;
  readonly now: Instant;
  /** What came of the effect that the state says is under way. */
  readonly outcome?: EffectOutcome;
  /** Number of the turn being decided: part of the keys of its decisions. */
  readonly turn: number;
}

/** What a turn decided; whoever asked records it and performs the move. */
export interface Advanced {
  readonly state: JourneyState;
  readonly move: Move;
  readonly decisions: readonly Decision[];
  readonly changes: readonly Change[];
  /** Event types that the step waits for; goal and exits are told apart by the definition. */
  readonly waitsFor: readonly string[];
  readonly ended: { readonly outcome: string; readonly reason: string } | null;
}

/** Steps that follow each other within one turn; more is a circle that publishing should have refused. */
const MOST_STEPS = 200;

/** The fold: what has been decided so far in this turn. */
interface Progress {
  readonly input: AdvanceInput;
  readonly facts: Facts;
  readonly visits: JourneyState['visits'];
  readonly seen: Seen;
  readonly decisions: readonly Decision[];
  readonly changes: readonly Change[];
}

/**
 * What a journey does next: pure, total, the only place that decides. Goal and exits first, then steps are taken until one
 * waits, performs an effect, or ends the journey.
 */
export function advance(input: AdvanceInput): Advanced {
  const { state, facts, definition, outcome } = input;
  const progress: Progress = { input, facts, visits: state.visits, seen: state.seen, decisions: [], changes: [] };
  if (state.place.type === 'ended') return ended(progress, { outcome: 'ended', reason: 'had ended before' });
  const byRule = endedByRule(progress);
  if (byRule) return byRule;
  if (state.place.type === 'performing' && outcome === undefined)
    return { ...standing(progress, state.place), move: performing(definition, state.place), waitsFor: [], ended: null };
  return takeSteps(progress);
}

/** The end, if the goal or an exit holds. */
function endedByRule(progress: Progress): Advanced | undefined {
  const { definition, journey, now } = progress.input;
  const { facts, seen } = progress;
  const rule = heldRule(definition, { journeyId: journey.id, facts, now, seen });
  if (!rule) return undefined;
  const said = decided(progress, { kind: rule.kind, outcome: rule.name, reason: rule.reason });
  const { kind, name, reason } = rule;
  if (kind === 'exit') return ended(said, { outcome: name, reason });
  return ended(withGoalStage(said), { outcome: 'goal', reason });
}

/** Reaching the goal may be what wins the lead. */
function withGoalStage(progress: Progress): Progress {
  const stage = progress.input.definition.goal?.stage;
  if (stage === undefined || !progress.facts.lead || progress.facts.lead.stage === stage) return progress;
  const said = decided(progress, { kind: 'stage', outcome: stage, reason: 'the goal is reached' });
  return { ...said, changes: [...said.changes, { type: 'stage', stage }] };
}

function takeSteps(start: Progress): Advanced {
  const { definition, state, outcome } = start.input;
  let at = firstVisit(start, state.place, outcome);
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const step = stepOf(definition, at.stepId);
    const plan = planStep(step, {
      phase: at.phase,
      facts: at.progress.facts,
      now: start.input.now,
      seen: at.progress.seen,
      journeyId: start.input.journey.id,
    });
    if (plan.type !== 'go') return resting(at, step, plan);
    const progress = left(at, step, plan);
    const byRule = plan.changes ? endedByRule(progress) : undefined; // a change may have made one hold
    if (byRule) return byRule;
    at = arriveAt(progress, plan.to ?? below(definition, step));
  }
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} goes round in circles without a wait` });
}

/** A step that is being looked at: how the journey stands in it, and since which event. */
interface Visit {
  readonly progress: Progress;
  readonly stepId: string;
  readonly phase: Phase;
  readonly sinceSeq: number;
}

function firstVisit(progress: Progress, place: Place, outcome: EffectOutcome | undefined): Visit {
  switch (place.type) {
    case 'start':
      return arriveAt(progress, progress.input.definition.steps[0]?.id);
    case 'performing': {
      if (outcome === undefined) throw new TypeError('an effect under way has no outcome yet'); // advance has answered that
      const { stepId, sinceSeq } = place;
      return { progress, stepId, sinceSeq, phase: { type: 'settled', outcome } };
    }
    case 'waiting': {
      const { stepId, sinceSeq, until } = place;
      return { progress, stepId, sinceSeq, phase: { type: 'waiting', until } };
    }
    case 'ended':
      throw new TypeError('an ended journey takes no steps'); // advance has answered that
  }
}

function arriveAt(progress: Progress, stepId: string | undefined): Visit {
  if (stepId === undefined)
    throw failure('VIV_UNEXPECTED', {
      problem: `sequence ${progress.input.definition.sequence} runs off its last step`,
    });
  const visits = { ...progress.visits, [stepId]: (progress.visits[stepId] ?? 0) + 1 };
  return {
    progress: { ...progress, visits },
    stepId,
    phase: { type: 'arrived' },
    sinceSeq: progress.facts.lastSeq,
  };
}

/** Leaves a step: its decision is kept, its changes hold for the steps after it, and what it saw is old. */
function left(at: Visit, step: Step, plan: Extract<StepPlan, { type: 'go' }>): Progress {
  // a step that took no time (checkpoint, update) hides no event from the wait behind it
  const sinceSeq = at.phase.type === 'arrived' ? 0 : at.sinceSeq;
  const changes = plan.changes ?? [];
  const next = {
    ...at.progress,
    seen: seenAfter(at.progress.seen, { sinceSeq, usedSeq: plan.usedSeq }),
    facts: changes.reduce(changed, at.progress.facts),
    changes: [...at.progress.changes, ...changes],
  };
  const silent = plan.recorded === true || plan.kind === 'wait';
  return silent
    ? next
    : decided(next, { kind: plan.kind, stepId: step.id, outcome: plan.outcome, reason: plan.reason });
}

function changed(facts: Facts, change: Change): Facts {
  switch (change.type) {
    case 'attributes':
      return { ...facts, contact: { ...facts.contact, attributes: { ...facts.contact.attributes, ...change.set } } };
    case 'stage':
      return facts.lead ? { ...facts, lead: { ...facts.lead, stage: change.stage } } : facts;
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}

/** The step where this turn comes to rest. */
function resting(at: Visit, step: Step, plan: Exclude<StepPlan, { type: 'go' }>): Advanced {
  switch (plan.type) {
    case 'stay': {
      const place: Place = { type: 'waiting', stepId: step.id, until: plan.until, sinceSeq: at.sinceSeq };
      const first = at.phase.type === 'arrived';
      const progress = first
        ? decided(at.progress, { kind: 'wait', stepId: step.id, outcome: 'waits', reason: plan.reason })
        : at.progress;
      const move: Move = { type: 'await', stepId: step.id, until: plan.until };
      return { ...standing(progress, place), move, waitsFor: plan.events, ended: null };
    }
    case 'perform': {
      const occurrence = at.progress.visits[step.id] ?? 1;
      const key = keyOf(at.progress.input.journey.id, step.id, occurrence);
      const place: Place = { type: 'performing', stepId: step.id, key, sinceSeq: at.sinceSeq };
      const move: Move = { type: 'perform', stepId: step.id, effect: { type: plan.effect, key } };
      return { ...standing(at.progress, place), move, waitsFor: [], ended: null };
    }
    case 'end': {
      const said = decided(at.progress, {
        kind: plan.kind,
        stepId: step.id,
        outcome: plan.outcome,
        reason: plan.reason,
      });
      return ended(said, plan);
    }
    default:
      throw new TypeError(`unknown plan ${JSON.stringify(plan satisfies never)}`);
  }
}

function standing({ visits, seen, decisions, changes }: Progress, place: Place) {
  return { state: { v: 1 as const, place, visits, seen }, decisions, changes };
}

function ended(progress: Progress, end: { readonly outcome: string; readonly reason: string }): Advanced {
  const { outcome, reason } = end;
  const move: Move = { type: 'end', outcome };
  return { ...standing(progress, { type: 'ended' }), move, waitsFor: [], ended: { outcome, reason } };
}

function performing(definition: Definition, place: Extract<Place, { type: 'performing' }>): Move {
  const step = stepOf(definition, place.stepId);
  const effect = step.type === 'handoff' ? 'handoff' : 'mail';
  return { type: 'perform', stepId: step.id, effect: { type: effect, key: place.key } };
}

function decided(progress: Progress, said: Pick<Decision, 'kind' | 'stepId' | 'outcome' | 'reason'>): Progress {
  const { journey, turn, now } = progress.input;
  const decision: Decision = {
    ...said,
    key: keyOf('decision', journey.id, turn, progress.decisions.length),
    contactId: journey.contactId,
    journeyId: journey.id,
    at: now,
  };
  return { ...progress, decisions: [...progress.decisions, decision] };
}

function stepOf(definition: Definition, stepId: string): Step {
  const step = definition.steps.find(({ id }) => id === stepId);
  if (!step) throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} has no step "${stepId}"` });
  return step;
}

function below(definition: Definition, step: Step): string | undefined {
  return definition.steps[definition.steps.indexOf(step) + 1]?.id;
}
