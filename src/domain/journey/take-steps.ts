import { explain } from '../conditions';
import { failure } from '../errors';
import { type Instant, keyOf } from '../ids';
import { frozenMs, pauseText, resumedText, type Standstill, standstillOf } from '../pause/holding';
import type { Pause } from '../pause/pause';
import { endsByDate, passingOf, planStep, type Step } from '../steps';
import type { Phase, StepPlan } from '../steps/handler';
import type { Advanced } from './advance';
import type { EffectOutcome, Move } from './move';
import { decided, ended, type Progress, resting, withChanges } from './progress';
import { standsStill } from './stands-still';
import { type Place, seenAfter } from './state';
import { below, stepOf } from './step-map';

/** Steps that follow each other within one turn; more is a circle that publishing should have refused. */
const MOST_STEPS = 200;

/** A step that is being looked at: how the journey stands in it, and since which event. */
interface Visit {
  readonly progress: Progress;
  readonly step: Step;
  readonly phase: Phase;
  readonly sinceSeq: number;
  readonly key: string;
  readonly frozenMs: number;
  /** Of a mail that was asked for before: the variant that it was to be. */
  readonly variant: string | undefined;
}

type Go = Extract<StepPlan, { type: 'go' }>;

/** Takes steps from where the journey stands until one rests or ends it. `byRule`: the end, if a change made a rule hold. */
export function takeSteps(start: Progress, byRule: (progress: Progress) => Advanced | undefined): Advanced {
  const { state, outcome, now, facts, definition } = start.input;
  const heldBefore = 'heldBy' in state.place ? state.place.heldBy : undefined;
  const still = standstillOf(facts.pauses ?? [], now, heldBefore);
  let at = firstVisit(start, state.place, outcome);
  if (heldBefore !== undefined && !still.holds) at = resumed(at, heldBefore);
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const taken = take(at, still);
    if ('move' in taken) return taken;
    const progress = left(at, taken);
    const end = taken.changes ? byRule(progress) : undefined;
    if (end) return end;
    at = onDetour(progress, at) ?? arriveAt(progress, taken.to ?? below(definition, at.step));
  }
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} goes round in circles without a wait` });
}

/** One step: how the journey goes on, or where this turn comes to rest. */
function take(at: Visit, still: Standstill): Go | Advanced {
  if (still.holds && at.phase.type !== 'settled') return heldBy(still.holds, at);
  const passed = passedBy(at);
  if (passed) return passed;
  const plan = planOf(at);
  if (plan.type === 'go') return plan;
  if (still.drops && at.phase.type === 'arrived' && isForPeople(plan)) return heldBy(still.drops, at);
  return dropped(plan, at, still) ?? rested(at, plan, still.holds);
}

function planOf({ progress, step, phase, key, variant }: Visit): StepPlan {
  const { input, facts, seen, visits, used } = progress;
  return planStep(step, {
    phase,
    facts,
    now: input.now,
    seen,
    journeyId: input.journey.id,
    key,
    visit: visits[step.id] ?? 1,
    ...(variant === undefined ? {} : { variant }),
    used,
    sequence: input.definition.sequence,
    calendars: input.rules.calendars,
    explain: input.unread?.explain ?? explain,
  });
}

function firstVisit(progress: Progress, place: Place, outcome: EffectOutcome | undefined): Visit {
  switch (place.type) {
    case 'start':
      return arriveAt(progress, progress.input.definition.steps[0]?.id);
    case 'held':
      return visitOf(progress, place, { type: 'arrived' });
    case 'performing':
      if (outcome === undefined) throw new TypeError('an effect under way has no outcome yet'); // advance has answered that
      return visitOf(progress, place, { type: 'settled', outcome });
    case 'waiting':
      return waitingVisit(progress, place);
    case 'ended':
      throw new TypeError('an ended journey takes no steps'); // advance has answered that
    default:
      throw new TypeError(`unknown place ${JSON.stringify(place satisfies never)}`);
  }
}

function visitOf(
  progress: Progress,
  { stepId, sinceSeq, variant }: { readonly stepId: string; readonly sinceSeq: number; readonly variant?: string },
  phase: Phase,
): Visit {
  const { definition, journey, unread } = progress.input;
  const key = (unread?.keyOf ?? keyOf)(journey.id, stepId, progress.visits[stepId] ?? 1);
  return { progress, step: stepOf(definition, stepId), sinceSeq, phase, key, frozenMs: 0, variant };
}

/** Time that stood still since the wait began is given back to it, however often the journey has been looked at meanwhile. */
function waitingVisit(progress: Progress, place: Extract<Place, { type: 'waiting' }>): Visit {
  const { facts, now } = progress.input;
  const { until, since = now, frozenMs: before = 0 } = place;
  const visit = visitOf(progress, place, { type: 'waiting', until, since });
  if (endsByDate(visit.step)) return visit;
  const frozen = Math.max(before, frozenMs(facts.pauses ?? [], since, now));
  const moved = until === null ? null : until + frozen - before;
  return { ...visit, phase: { type: 'waiting', until: moved, since }, frozenMs: frozen };
}

function arriveAt(progress: Progress, stepId: string | undefined): Visit {
  if (stepId === undefined)
    throw failure('VIV_UNEXPECTED', {
      problem: `sequence ${progress.input.definition.sequence} runs off its last step`,
    });
  const visits = { ...progress.visits, [stepId]: (progress.visits[stepId] ?? 0) + 1 };
  const path = [...progress.path, stepId];
  return visitOf({ ...progress, visits, path }, { stepId, sinceSeq: progress.facts.lastSeq }, { type: 'arrived' });
}

/** After a step of a detour: the next one, or the wait that the detour left, with what it saw. */
function onDetour(progress: Progress, { step }: Visit): Visit | undefined {
  const { detour } = progress;
  if (detour?.steps[0] !== step.id) return undefined;
  const [next, ...rest] = detour.steps.slice(1);
  const { back } = detour;
  if (next === undefined) return waitingVisit({ ...progress, detour: undefined }, back);
  const arrived = arriveAt({ ...progress, detour: { steps: [next, ...rest], back } }, next);
  return { ...arrived, sinceSeq: back.sinceSeq };
}

/** Leaves a step: its decision is kept, its changes hold for the steps after it, and what it saw is old. */
function left(at: Visit, plan: Go): Progress {
  const { progress, step } = at;
  // a step that took no time (checkpoint, update) hides no event from the wait behind it
  const sinceSeq = at.phase.type === 'arrived' ? 0 : at.sinceSeq;
  const { usedSeq } = plan;
  const next: Progress = {
    ...progress,
    seen: seenAfter(progress.seen, { sinceSeq, usedSeq }),
    used: usedSeq === undefined ? progress.used : { ...progress.used, [step.id]: usedSeq },
    passBy: progress.passBy.filter((id) => id !== step.id),
  };
  const changed = withChanges(next, plan.changes ?? []);
  return plan.recorded === true
    ? changed
    : decided(changed, {
        kind: plan.kind,
        stepId: step.id,
        outcome: plan.outcome,
        reason: plan.reason,
        ...(isDeferredMail(at, plan) ? { data: { sendId: at.key } } : {}),
      });
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
      return ended(decided(at.progress, { kind, stepId: step.id, outcome, reason }), plan);
    }
    default:
      throw new TypeError(`unknown plan ${JSON.stringify(plan satisfies never)}`);
  }
}

function stayed(at: Visit, plan: Extract<StepPlan, { type: 'stay' }>, holds: Pause | undefined): Advanced {
  const { step, phase } = at;
  if (holds)
    return heldBy(holds, { ...at, phase: { type: 'waiting', until: plan.until, since: at.progress.input.now } });
  const isFirst = phase.type === 'arrived';
  const progress = isFirst
    ? decided(withChanges(at.progress, plan.changes ?? []), {
        kind: 'wait',
        stepId: step.id,
        outcome: 'waits',
        reason: plan.reason,
      })
    : at.progress;
  const move: Move = { type: 'await', stepId: step.id, until: plan.until };
  return resting(progress, { place: waitingPlace(at, plan.until), move, waitsFor: plan.events });
}

function waitingPlace(at: Visit, until: Instant | null): Extract<Place, { type: 'waiting' }> {
  const { step, sinceSeq, phase, frozenMs: frozen, variant } = at;
  const since = phase.type === 'waiting' ? phase.since : at.progress.input.now;
  return {
    type: 'waiting',
    stepId: step.id,
    until,
    sinceSeq,
    since,
    ...(frozen > 0 ? { frozenMs: frozen } : {}),
    ...(variant === undefined ? {} : { variant }),
  };
}

function performed(at: Visit, plan: Extract<StepPlan, { type: 'perform' }>): Advanced {
  const { progress, step, sinceSeq, key } = at;
  const variant = plan.effect === 'mail' ? plan.variant : undefined;
  const place: Place = {
    type: 'performing',
    stepId: step.id,
    key,
    sinceSeq,
    ...(variant === undefined ? {} : { variant }),
  };
  // tried again after a deferral, it was told already
  const isTold = variant === undefined || (at.phase.type !== 'arrived' && (at.variant ?? variant) === variant);
  const { reason = '' } = plan.effect === 'mail' ? plan : {};
  const said = isTold ? progress : decided(progress, { kind: 'experiment', stepId: step.id, outcome: variant, reason });
  return resting(said, standsStill(said, place));
}

/** Holds still where it is; only the end of the pause, or goal and exits, move it on. What comes meanwhile counts then. */
function heldBy(pause: Pause, at: Visit): Advanced {
  const { progress, step, sinceSeq, phase } = at;
  const { place: before } = progress.input.state;
  const wasHeld = 'heldBy' in before && before.heldBy === pause.id;
  const said = wasHeld
    ? progress
    : decided(progress, {
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
  return resting(said, { place, move: { type: 'await', stepId: step.id, until: pause.endedAt } });
}

/** Tells that the pause is over by which the journey was held. */
function resumed(at: Visit, pauseId: string): Visit {
  const { facts, input } = at.progress;
  const pause = facts.pauses?.find(({ id }) => id === pauseId);
  const isGiven = pause && at.phase.type === 'waiting' && at.frozenMs > 0;
  const givenBackMs = isGiven ? frozenMs([pause], at.phase.since, input.now) : 0;
  const said = {
    kind: 'pause',
    stepId: at.step.id,
    outcome: 'resumed',
    reason: resumedText(pause, givenBackMs),
  } as const;
  return { ...at, progress: decided(at.progress, { ...said, data: { pauseId, givenBackMs } }) };
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
  const plan = planOf({ ...at, phase: { type: 'settled', outcome: { effect, status: 'skipped', reason } } });
  return plan.type === 'go' ? { ...plan, kind: 'skip', outcome: 'skipped', reason, recorded: undefined } : undefined;
}
