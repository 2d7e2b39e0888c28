import type { JourneyState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import { isPassable, type Step, stepMails } from '../steps';
import { stepsAhead } from './ahead';
import { END, type StepMap, targetOf } from './step-map';

export interface Change {
  readonly from: Definition;
  readonly to: Definition;
  readonly map: StepMap;
}

/** Old ids of the steps that are this new one. */
const oldIdsOf = ({ from, to, map }: Change, stepId: string): readonly string[] =>
  from.steps.filter(({ id }) => targetOf(map, to, id) === stepId).map(({ id }) => id);

/** Mails that are gone, by the old id, with the templates that they sent. */
type Gone = NonNullable<JourneyState['gone']>;

/** Mails of the old version that the new one has no step for, those that journeys never came to among them. */
function goneIn({ from, to, map }: Change): Gone {
  const gone = from.steps.filter(({ id }) => [undefined, END].includes(targetOf(map, to, id)));
  const mails = gone.map((step) => [step.id, templatesOf(step)] as const);
  return Object.fromEntries(mails.filter(([, templates]) => templates.length > 0));
}

const templatesOf = (step: Step): readonly string[] => stepMails(step).map(({ template }) => template);

/** Mails that the journey was sent, and that no step of the new version is: what an added mail is compared with. */
export function movedGone({ visits, gone = {} }: JourneyState, change: Change): Gone {
  const all = Object.entries({ ...gone, ...goneIn(change) });
  return Object.fromEntries(all.filter(([id]) => (visits[id] ?? 0) > 0));
}

/** Old ids of mails that are gone, by this change or by one before it, and whose template an added mail sends. */
function lookalikesOf(change: Change, before: Gone, stepId: string): readonly string[] {
  const { to } = change;
  const added = to.steps.find(({ id }) => id === stepId);
  if (!added) return [];
  const own = templatesOf(added);
  return Object.entries({ ...before, ...goneIn(change) })
    .filter(([id, templates]) => !to.steps.some((step) => step.id === id) && own.some((one) => templates.includes(one)))
    .map(([id]) => id);
}

/** What the new step was: by the map or by its id, else by its template: the same mail, though no map says so. */
function formerIdsOf(change: Change, { gone = {} }: Pick<JourneyState, 'gone'>, stepId: string): readonly string[] {
  const same = oldIdsOf(change, stepId);
  return same.length > 0 ? same : lookalikesOf(change, gone, stepId);
}

/**
 * How often each step was arrived at, under its new id. No count falls and no id is forgotten: keys of effects are made of them,
 * and one that was used must never be made again.
 */
export function movedVisits(state: Pick<JourneyState, 'visits' | 'gone'>, change: Change): JourneyState['visits'] {
  const { visits } = state;
  const moved = change.to.steps.flatMap(({ id }) => {
    const sum = formerIdsOf(change, state, id).reduce((total, old) => total + (visits[old] ?? 0), 0);
    const count = Math.max(sum, visits[id] ?? 0);
    return count > 0 ? [[id, count] as const] : [];
  });
  return { ...visits, ...Object.fromEntries(moved) };
}

/** The event that each waitFor has used last, under its new id; the newest where two steps have become one. */
export function movedUsed(used: NonNullable<JourneyState['used']>, { from, to, map }: Change): JourneyState['used'] {
  const moved: { [stepId: string]: number } = {};
  for (const [old, seq] of Object.entries(used)) {
    const isOld = from.steps.some(({ id }) => id === old);
    const target = isOld ? (targetOf(map, to, old) ?? old) : old;
    if (target !== END) moved[target] = Math.max(seq, moved[target] ?? 0);
  }
  return moved;
}

export interface Standing {
  readonly state: JourneyState;
  /** Where the journey stood, and stands. */
  readonly was: string;
  readonly now: string;
}

/**
 * Mails that were sent, and what else people or other systems see of a journey, that stand ahead only since the change: passed by, so
 * that nothing is done again. What was to be done again anyway, in a circle, is.
 */
export function movedPassBy(change: Change, { state, was, now }: Standing): readonly string[] {
  const { to } = change;
  const { passBy = [] } = state;
  const kept = to.steps
    .filter(({ id }) => formerIdsOf(change, state, id).some((old) => passBy.includes(old)))
    .map(({ id }) => id);
  return [...new Set([...kept, ...newlyAhead(change, { state, was, now })])].filter((stepId) =>
    to.steps.some((step) => step.id === stepId && isPassable(step)),
  );
}

/** Steps that the journey has been through and that stand ahead only since the change. */
export function newlyAhead(change: Change, { state, was, now }: Standing): readonly string[] {
  const { from, to } = change;
  const before = stepsAhead(from, was);
  const known = new Set(from.steps.map(({ id }) => id));
  return [...stepsAhead(to, now)].filter((id) => {
    const olds = formerIdsOf(change, state, id);
    if (olds.some((old) => before.has(old))) return false;
    // a step that an older version had under this id counts, too: removing a mail and adding it again sends it no second time
    const visited = olds.length > 0 || known.has(id) ? olds : [id];
    return visited.some((old) => passed(state, old) > 0);
  });
}

/** Visits that are over or under way; a step at which a pause holds the journey has not begun. */
function passed({ visits, place }: JourneyState, stepId: string): number {
  const isHeld = place.type === 'held' && place.stepId === stepId;
  return (visits[stepId] ?? 0) - (isHeld ? 1 : 0);
}
