import type { Calendars } from '../calendar/calendars';
import type { Facts } from '../facts';
import { type Instant, keyOf } from '../ids';
import type { JourneyState, Place } from '../journey/state';
import { isPassable, passingOf, type Step } from '../steps';
import type { Situation } from '../steps/handler';
import { suggestion } from '../yaml/closest';
import { stepsAhead } from './ahead';
import { type Change, movedGone, movedPassBy, movedUsed, movedVisits, newlyAhead, type Standing } from './moved-visits';
import { type Credited, movedWait, type Waiting } from './moved-wait';
import { END, targetOf } from './step-map';

export interface Migration extends Change {
  readonly journeyId: string;
  /** As the new version asks for them. */
  readonly facts: Facts;
  readonly calendars: Calendars;
  readonly now: Instant;
}

/** What becomes of a journey that is asked to move to another version. */
export type Migrated =
  | {
      readonly type: 'moves';
      readonly state: JourneyState;
      /** Where it stands now. */
      readonly stepId: string;
      readonly credited?: Credited;
      /** For a person: what is done again, what is left out. */
      readonly notes: readonly string[];
    }
  | { readonly type: 'stays'; readonly reason: string; readonly fix: string }
  /** The map says so. */
  | { readonly type: 'ends'; readonly stepId: string };

type Stays = Extract<Migrated, { type: 'stays' }>;

const stays = (reason: string, fix: string): Stays => ({ type: 'stays', reason, fix });
const AGAIN = 'try again in a moment';

/**
 * A journey's state under another version: pure, decides nothing of what the journey does next. Its place is that of the map, visits
 * keep their counts, a wait whose time changed is credited, and what was sent is not sent again. What cannot be mapped stays, with the
 * reason and a way out.
 */
export function migrated(state: JourneyState, migration: Migration): Migrated {
  const { place } = state;
  switch (place.type) {
    case 'ended':
      return stays('it has ended', 'nothing is to be done');
    case 'start':
      return stays('it has not taken its first step', AGAIN);
    case 'performing':
      return performing(state, place, migration);
    default:
      return state.detour ? stays('a late mail is on its way', AGAIN) : resting(state, place, migration);
  }
}

type Performing = Extract<Place, { type: 'performing' }>;

/** Only a handoff, which may take days, moves with its journey: to the step of the same id, since its key and its page hang on it. */
function performing(state: JourneyState, place: Performing, migration: Migration): Migrated {
  const { stepId } = place;
  const was = stepIn(migration.from, stepId);
  if (was?.type !== 'handoff')
    return stays(`a ${was?.type === 'webhook' ? 'webhook' : 'mail'} is on its way: ${AGAIN}`, AGAIN);
  const target = targetOf(migration.map, migration.to, stepId);
  if (target !== stepId || stepIn(migration.to, stepId)?.type !== 'handoff')
    return stays(
      `sales has the handoff "${stepId}", and the new version has no handoff of that id`,
      `wait for the answer, or keep the step "${stepId}"`,
    );
  return moves(state, { place, stepId }, migration);
}

type Resting = Extract<Place, { type: 'held' | 'waiting' }>;

function resting(state: JourneyState, place: Resting, migration: Migration): Migrated {
  const { from, to, map } = migration;
  const { stepId } = place;
  const target = targetOf(map, to, stepId);
  if (target === END) return { type: 'ends', stepId };
  const was = stepIn(from, stepId);
  const now = target === undefined ? undefined : stepIn(to, target);
  if (!was || !now) return stays(`step "${stepId}" is gone`, mapping(migration, stepId));
  // where a pause held it, the step has not begun
  if (place.type === 'held') return moves(state, { place: { ...place, stepId: now.id }, stepId: now.id }, migration);
  if (was.type !== now.type)
    return stays(`step "${stepId}" is a ${was.type}, "${now.id}" a ${now.type}`, mapping(migration, stepId));
  return waiting(state, { place, was, now }, migration);
}

interface WaitingIn {
  readonly place: Waiting;
  readonly was: Step;
  readonly now: Step;
}

/** Steps whose visit has a key under which something stands outside of the journey: a planned send, a task, a joined journey. */
const KEYED: readonly Step['type'][] = ['mail', 'webhook', 'task', 'join'];

function waiting(state: JourneyState, { place, was, now }: WaitingIn, migration: Migration): Migrated {
  const { journeyId, facts, calendars, now: instant, map, to } = migration;
  const visits = movedVisits(state, migration);
  const visit = visits[now.id] ?? 1;
  const key = keyOf(journeyId, now.id, visit);
  if (KEYED.includes(was.type) && key !== keyOf(journeyId, was.id, state.visits[was.id] ?? 1))
    return stays(
      `${was.type} "${was.id}" is under way, and what is under way hangs on the id of its step`,
      `wait until it is over, or keep the id "${was.id}" for it alone`,
    );
  const situation: Situation = {
    phase: { type: 'arrived' },
    facts,
    now: instant,
    seen: state.seen,
    journeyId,
    key,
    visit,
    used: state.used ?? {},
    sequence: to.sequence,
    calendars,
  };
  const moved = movedWait({ was, now, place, situation, credit: map.credit });
  return moves(state, { ...moved, stepId: now.id }, migration);
}

interface Moved {
  readonly place: Exclude<Place, { type: 'start' | 'ended' }>;
  readonly stepId: string;
  readonly credited?: Credited;
}

function moves(state: JourneyState, { place, stepId, credited }: Moved, migration: Migration): Migrated {
  const standing: Standing = { state, was: placeOf(state), now: stepId };
  const passBy = movedPassBy(migration, standing);
  const used = movedUsed(state.used ?? {}, migration) ?? {};
  const gone = movedGone(state, migration);
  const { passBy: _, used: __, ...rest } = state;
  const moved: JourneyState = {
    ...rest,
    place,
    visits: movedVisits(state, migration),
    ...(Object.keys(used).length > 0 ? { used } : {}),
    ...(passBy.length > 0 ? { passBy } : {}),
    ...(Object.keys(gone).length > 0 ? { gone } : {}),
  };
  const { withLate, notes } = withLateMails(moved, stepId, migration);
  return {
    type: 'moves',
    state: withLate,
    stepId,
    ...(credited ? { credited } : {}),
    notes: [...repeats(migration, standing), ...notes],
  };
}

/** Added mails that the journey is past, and that it is to get all the same: it goes round by them, and back to its wait. */
function withLateMails(state: JourneyState, stepId: string, { to, map }: Migration) {
  const late = to.steps
    .filter(({ id }) => map.late.includes(id))
    .filter(({ id }) => !stepsAhead(to, stepId).has(id) && stepsAhead(to, id).has(stepId))
    .map(({ id }) => id);
  const [first] = late;
  const { place, visits } = state;
  if (first === undefined) return { withLate: state, notes: [] };
  if (place.type !== 'waiting')
    return { withLate: state, notes: [`does not get ${late.join(', ')} late: it is not waiting`] };
  const withLate: JourneyState = {
    ...state,
    // arrived and not begun: the turn that follows takes the step at once, so this is never stored
    place: { type: 'held', stepId: first, sinceSeq: place.sinceSeq, heldBy: 'migration' },
    visits: { ...visits, [first]: (visits[first] ?? 0) + 1 },
    detour: { steps: late, back: place },
  };
  return { withLate, notes: [`gets ${late.join(', ')} late`] };
}

/** What was done and stands ahead again, by whether it is passed by or will be done a second time: for a person to know. */
function repeats(migration: Migration, standing: Standing): readonly string[] {
  const { to, facts } = migration;
  return newlyAhead(migration, standing).flatMap((id) => {
    const step = stepIn(to, id);
    if (!step || !isPassable(step)) return [];
    return passingOf(step, facts) ? `passes by "${id}"` : `comes to "${id}" again`;
  });
}

const placeOf = ({ place }: JourneyState): string => ('stepId' in place ? place.stepId : '');

const stepIn = ({ steps }: { readonly steps: readonly Step[] }, stepId: string): Step | undefined =>
  steps.find(({ id }) => id === stepId);

/** The line of a step map that would let it move: to a step of the same type. */
function mapping({ from, to }: Migration, stepId: string): string {
  const type = stepIn(from, stepId)?.type;
  const fit = to.steps.filter((step) => step.type === type).map(({ id }) => id);
  if (fit.length === 0) return `map it: steps: { ${stepId}: ${END} } ends it; the new version has no ${type}`;
  const near = suggestion(stepId, fit).match(/^did you mean "(.+)"\?$/)?.[1] ?? fit[0];
  return `map it: steps: { ${stepId}: ${near} }, or { ${stepId}: ${END} } to end it`;
}
