import { failure } from '../errors';
import type { Instant } from '../ids';
import { frozenMs, pauseText, resumedText, type Standstill, standstillOf } from '../pause/holding';
import type { Pause } from '../pause/pause';
import { endsByDate, passingOf } from '../steps';
import type { StepPlan } from '../steps/handler';
import type { Advanced } from './advance';
import type { EffectOutcome, Move } from './move';
import { arrive, change, decide, ended, type Progress, resting } from './progress';
import { standsStill } from './stands-still';
import { type Place, seenAfter } from './state';
import { below } from './step-map';
import { Visit } from './visit';

/** Steps that follow each other within one turn; more is a circle that publishing should have refused. */
const MOST_STEPS = 200;

type Go = Extract<StepPlan, { type: 'go' }>;

/** Takes steps from where the journey stands until one rests or ends it. `byRule`: the end, if a change made a rule hold. */
export function takeSteps(progress: Progress, byRule: (progress: Progress) => Advanced | undefined): Advanced {
  const { state, outcome, now, facts, definition } = progress.input;
  const heldBefore = 'heldBy' in state.place ? state.place.heldBy : undefined;
  const still = standstillOf(facts.pauses ?? [], now, heldBefore);
  let at = firstVisit(progress, state.place, outcome);
  if (heldBefore !== undefined && !still.holds) resume(at, heldBefore);
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const taken = take(at, still);
    if ('move' in taken) return taken;
    leave(at, taken);
    const end = taken.changes ? byRule(progress) : undefined;
    if (end) return end;
    at = onDetour(at) ?? arriveAt(progress, taken.to ?? below(definition, at.step));
  }
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} goes round in circles without a wait` });
}

/** One step: how the journey goes on, or where this turn comes to rest. */
function take(at: Visit, still: Standstill): Go | Advanced {
  if (still.holds && at.phase.type !== 'settled') return heldBy(still.holds, at);
  const passed = passedBy(at);
  if (passed) return passed;
  const { plan } = at;
  if (plan.type === 'go') return plan;
  if (still.drops && at.phase.type === 'arrived' && isForPeople(plan)) return heldBy(still.drops, at);
  return dropped(plan, at, still) ?? rested(at, plan, still.holds);
}

function firstVisit(progress: Progress, place: Place, outcome: EffectOutcome | undefined): Visit {
  switch (place.type) {
    case 'start':
      return arriveAt(progress, progress.input.definition.steps[0]?.id);
    case 'held':
      return new Visit(progress, place.stepId, { phase: { type: 'arrived' }, sinceSeq: place.sinceSeq });
    case 'performing': {
      if (outcome === undefined) throw new TypeError('an effect under way has no outcome yet'); // advance has answered that
      const { stepId, sinceSeq, variant } = place;
      return new Visit(progress, stepId, { phase: { type: 'settled', outcome }, sinceSeq, variant });
    }
    case 'waiting':
      return waitingVisit(progress, place);
    case 'ended':
      throw new TypeError('an ended journey takes no steps'); // advance has answered that
    default:
      throw new TypeError(`unknown place ${JSON.stringify(place satisfies never)}`);
  }
}

/** Time that stood still since the wait began is given back to it, however often the journey has been looked at meanwhile. */
function waitingVisit(progress: Progress, place: Extract<Place, { type: 'waiting' }>): Visit {
  const { facts, now } = progress.input;
  const { stepId, sinceSeq, until, since = now, frozenMs: before = 0, variant } = place;
  const visit = new Visit(progress, stepId, { phase: { type: 'waiting', until, since }, sinceSeq, variant });
  if (facts.pauses === undefined && before === 0) return visit;
  if (endsByDate(visit.step)) return visit;
  const frozen = Math.max(before, frozenMs(facts.pauses ?? [], since, now));
  const moved = until === null ? null : until + frozen - before;
  return new Visit(progress, stepId, {
    phase: { type: 'waiting', until: moved, since },
    sinceSeq,
    frozenMs: frozen,
    variant,
  });
}

const ARRIVED = { type: 'arrived' } as const;

function arriveAt(progress: Progress, stepId: string | undefined, sinceSeq = progress.facts.lastSeq): Visit {
  if (stepId === undefined)
    throw failure('VIV_UNEXPECTED', {
      problem: `sequence ${progress.input.definition.sequence} runs off its last step`,
    });
  arrive(progress, stepId);
  return new Visit(progress, stepId, { phase: ARRIVED, sinceSeq });
}

/** After a step of a detour: the next one, or the wait that the detour left, with what it saw. */
function onDetour({ progress, step }: Visit): Visit | undefined {
  const { detour } = progress;
  if (detour?.steps[0] !== step.id) return undefined;
  const [next, ...rest] = detour.steps.slice(1);
  const { back } = detour;
  progress.detour = next === undefined ? undefined : { steps: [next, ...rest], back };
  return next === undefined ? waitingVisit(progress, back) : arriveAt(progress, next, back.sinceSeq);
}

/** Leaves a step: its decision is kept, its changes hold for the steps after it, and what it saw is old. */
function leave(at: Visit, plan: Go): void {
  const { progress, step } = at;
  // a step that took no time (checkpoint, update) hides no event from the wait behind it
  const sinceSeq = at.phase.type === 'arrived' ? 0 : at.sinceSeq;
  const { usedSeq } = plan;
  progress.seen = seenAfter(progress.seen, { sinceSeq, usedSeq });
  if (usedSeq !== undefined) progress.used = { ...progress.used, [step.id]: usedSeq };
  if (progress.passBy.length > 0) progress.passBy = progress.passBy.filter((id) => id !== step.id);
  change(progress, plan.changes ?? []);
  if (plan.recorded === true || progress.input.unread) return;
  const { kind, outcome, reason } = plan;
  const said = { kind, stepId: step.id, outcome, reason };
  decide(progress, isDeferredMail(at, plan) ? { ...said, data: { sendId: at.key } } : said);
}

/** A mail that was deferred and is dropped now: its send is on record, and is told to be skipped. */
const isDeferredMail = ({ step, phase }: Visit, { kind }: Go): boolean =>
  kind === 'skip' && step.type === 'mail' && phase.type === 'waiting';

/** The step where this turn comes to rest. */
function rested(at: Visit, plan: Exclude<StepPlan, Go>, holds: Pause | undefined): Advanced {
  const { step } = at;
  switch (plan.type) {
    case 'stay':
      return stayed(at, plan, holds);
    case 'perform':
      return performed(at, plan);
    case 'end': {
      const { kind, outcome, reason } = plan;
      decide(at.progress, { kind, stepId: step.id, outcome, reason });
      return ended(at.progress, plan);
    }
    default:
      throw new TypeError(`unknown plan ${JSON.stringify(plan satisfies never)}`);
  }
}

function stayed(at: Visit, plan: Extract<StepPlan, { type: 'stay' }>, holds: Pause | undefined): Advanced {
  const { progress, step, phase, now } = at;
  if (holds) return heldBy(holds, at.in({ type: 'waiting', until: plan.until, since: now }));
  if (phase.type === 'arrived') {
    change(progress, plan.changes ?? []);
    decide(progress, { kind: 'wait', stepId: step.id, outcome: 'waits', reason: plan.reason });
  }
  const move: Move = { type: 'await', stepId: step.id, until: plan.until };
  return resting(progress, { place: waitingPlace(at, plan.until), move, waitsFor: plan.events });
}

function waitingPlace(at: Visit, until: Instant | null): Extract<Place, { type: 'waiting' }> {
  const { step, sinceSeq, phase, frozenMs: frozen, variant } = at;
  const since = phase.type === 'waiting' ? phase.since : at.now;
  const place = { type: 'waiting', stepId: step.id, until, sinceSeq, since } as const;
  if (frozen === 0 && variant === undefined) return place;
  return { ...place, ...(frozen > 0 ? { frozenMs: frozen } : {}), ...(variant === undefined ? {} : { variant }) };
}

function performed(at: Visit, plan: Extract<StepPlan, { type: 'perform' }>): Advanced {
  const { progress, step, sinceSeq, key } = at;
  const place = { type: 'performing', stepId: step.id, key, sinceSeq } as const;
  if (plan.effect !== 'mail' || plan.variant === undefined) return resting(progress, standsStill(progress, place));
  const { variant, reason = '' } = plan;
  // tried again after a deferral, it was told already
  const isTold = at.phase.type !== 'arrived' && (at.variant ?? variant) === variant;
  if (!isTold) decide(progress, { kind: 'experiment', stepId: step.id, outcome: variant, reason });
  return resting(progress, standsStill(progress, { ...place, variant }));
}

/** Holds still where it is; only the end of the pause, or goal and exits, move it on. What comes meanwhile counts then. */
function heldBy(pause: Pause, at: Visit): Advanced {
  const { progress, step, sinceSeq, phase } = at;
  const { place: before } = progress.input.state;
  const wasHeld = 'heldBy' in before && before.heldBy === pause.id;
  if (!wasHeld)
    decide(progress, {
      kind: 'pause',
      stepId: step.id,
      outcome: 'held',
      reason: pauseText(pause),
      data: { pauseId: pause.id },
    });
  const place: Place =
    phase.type === 'waiting'
      ? { ...waitingPlace(at, phase.until), heldBy: pause.id }
      : { type: 'held', stepId: step.id, sinceSeq, heldBy: pause.id };
  // its end may be known, but lie ahead of this journey's clock
  return resting(progress, { place, move: { type: 'await', stepId: step.id, until: pause.endedAt } });
}

/** Tells that the pause is over by which the journey was held. */
function resume({ progress, step, phase, frozenMs: frozen }: Visit, pauseId: string): void {
  const { facts, input } = progress;
  const pause = facts.pauses?.find(({ id }) => id === pauseId);
  const isGiven = pause && phase.type === 'waiting' && frozen > 0;
  const givenBackMs = isGiven ? frozenMs([pause], phase.since, input.now) : 0;
  decide(progress, {
    kind: 'pause',
    stepId: step.id,
    outcome: 'resumed',
    reason: resumedText(pause, givenBackMs),
    data: { pauseId, givenBackMs },
  });
}

/** Plans that a pause must not drop, since a lead would be lost: they wait until it is over. */
function isForPeople(plan: StepPlan): boolean {
  if (plan.type === 'perform') return plan.effect === 'handoff';
  return plan.type === 'stay' && (plan.changes ?? []).some(({ type }) => type === 'task');
}

/** A mail or a webhook that falls due while a pause drops them: the journey goes on as if it had been skipped. */
function dropped(plan: StepPlan, at: Visit, { drops }: Standstill): Go | undefined {
  if (!drops || plan.type !== 'perform' || plan.effect === 'handoff') return undefined;
  return skipped(at, plan.effect, pauseText(drops));
}

/** What was done before a migration and stands ahead again. */
function passedBy({ progress, step, phase }: Visit): Go | undefined {
  if (phase.type !== 'arrived' || !progress.passBy.includes(step.id)) return undefined;
  const passing = passingOf(step, progress.facts);
  if (!passing) return undefined;
  const done = step.type === 'mail' ? 'sent' : 'done';
  return { type: 'go', ...passing, outcome: 'skipped', reason: `was ${done} before the journey moved to this version` };
}

function skipped(at: Visit, effect: 'mail' | 'webhook', reason: string): Go | undefined {
  const { plan } = at.in({ type: 'settled', outcome: { effect, status: 'skipped', reason } });
  return plan.type === 'go' ? { ...plan, kind: 'skip', outcome: 'skipped', reason, recorded: undefined } : undefined;
}
