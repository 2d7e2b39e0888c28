import type { Decision } from '../decision';
import type { Facts } from '../facts';
import { keyOf } from '../ids';
import type { Change } from '../steps/handler';
import type { Advanced, AdvanceInput } from './advance';
import { changedFacts } from './changed-facts';
import type { Move } from './move';
import { nextRuleTime } from './rule-times';
import type { Detour, JourneyState, Place, Seen } from './state';

/** What one turn has decided so far. It lives for one call of `advance` alone, so it is changed in place. */
export interface Progress {
  readonly input: AdvanceInput;
  facts: Facts;
  visits: { [stepId: string]: number };
  /** Whether `visits` is still the state's own, which is not to be changed. */
  isVisitsGiven: boolean;
  seen: Seen;
  used: NonNullable<JourneyState['used']>;
  passBy: readonly string[];
  detour: Detour | undefined;
  path: readonly string[];
  readonly decisions: Decision[];
  readonly changes: Change[];
}

const NONE: readonly string[] = [];
const NONE_USED: Progress['used'] = {};

export function begun(input: AdvanceInput): Progress {
  const { facts, state, unread } = input;
  const { visits, seen, used = NONE_USED, passBy = NONE, detour } = state;
  const isVisitsGiven = unread === undefined;
  return { input, facts, visits, isVisitsGiven, seen, used, passBy, detour, path: NONE, decisions: [], changes: [] };
}

/** Counts an arrival at a step. */
export function arrive(progress: Progress, stepId: string): void {
  if (progress.isVisitsGiven) {
    progress.visits = { ...progress.visits };
    progress.isVisitsGiven = false;
  }
  progress.visits[stepId] = (progress.visits[stepId] ?? 0) + 1;
  progress.path = [...progress.path, stepId];
}

/** The changes hold for everything after them in this turn. */
export function change(progress: Progress, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  const { now, rules } = progress.input;
  const judging = { scoring: rules.scoring, now };
  for (const one of changes) {
    progress.facts = changedFacts(progress.facts, one, judging);
    progress.changes.push(one);
  }
}

export type Said = Pick<Decision, 'kind' | 'stepId' | 'outcome' | 'reason' | 'data'>;

/** Keeps a decision, for whoever reads. */
export function decide(progress: Progress, said: Said): void {
  const { journey, turn, now, unread } = progress.input;
  if (unread) return;
  progress.decisions.push({
    ...said,
    key: keyOf('decision', journey.id, turn, progress.decisions.length),
    contactId: journey.contactId,
    journeyId: journey.id,
    at: now,
  });
}

export interface Rest {
  readonly place: Place;
  readonly move: Move;
  readonly waitsFor?: readonly string[];
}

/** The end of a turn: what was decided, and where the journey stands. */
export function resting(progress: Progress, { place, move, waitsFor = NONE }: Rest): Advanced {
  const { visits, seen, used, passBy, detour, path, decisions, changes } = progress;
  const { entrySeq, gone } = progress.input.state;
  const state: { -readonly [K in keyof JourneyState]: JourneyState[K] } = { v: 1, place, visits, seen };
  // what there is none of is left out: a state is plain JSON
  if (entrySeq !== undefined) state.entrySeq = entrySeq;
  if (used !== NONE_USED && Object.keys(used).length > 0) state.used = used;
  if (passBy.length > 0) state.passBy = passBy;
  if (gone !== undefined) state.gone = gone;
  if (detour !== undefined) state.detour = detour;
  return { state, move: untilRule(progress, move), path, waitsFor, decisions, changes, ended: null };
}

/** A rest ends when time alone makes the goal or an exit hold: they hold at any moment. */
function untilRule({ input, facts, seen }: Progress, move: Move): Move {
  if (move.type !== 'await') return move;
  const { definition, journey, now, rules } = input;
  const { halfLife } = rules.scoring;
  const { until } = move;
  const at = nextRuleTime(definition, { journeyId: journey.id, facts, now, seen }, { until, halfLife });
  return at === null ? move : { ...move, until: at };
}

export function ended(
  progress: Progress,
  { outcome, reason }: { readonly outcome: string; readonly reason: string },
): Advanced {
  const rest = resting(progress, { place: { type: 'ended' }, move: { type: 'end', outcome } });
  return { ...rest, ended: { outcome, reason } };
}
