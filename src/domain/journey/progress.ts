import type { Decision } from '../decision';
import type { Facts } from '../facts';
import { keyOf } from '../ids';
import type { Change } from '../steps/handler';
import type { Advanced, AdvanceInput } from './advance';
import { changedFacts } from './changed-facts';
import type { Move } from './move';
import { nextRuleTime } from './rule-times';
import type { Detour, JourneyState, Place, Seen } from './state';

/** The fold of one turn: what has been decided so far. */
export interface Progress {
  readonly input: AdvanceInput;
  readonly facts: Facts;
  readonly visits: JourneyState['visits'];
  readonly seen: Seen;
  readonly used: NonNullable<JourneyState['used']>;
  readonly passBy: readonly string[];
  readonly detour: Detour | undefined;
  readonly path: readonly string[];
  readonly decisions: readonly Decision[];
  readonly changes: readonly Change[];
}

export function begun(input: AdvanceInput): Progress {
  const { visits, seen, used = {}, passBy = [], detour } = input.state;
  return { input, facts: input.facts, visits, seen, used, passBy, detour, path: [], decisions: [], changes: [] };
}

/** The changes hold for everything after them in this turn. */
export function withChanges(progress: Progress, changes: readonly Change[]): Progress {
  if (changes.length === 0) return progress;
  const { now, rules } = progress.input;
  const judging = { scoring: rules.scoring, now };
  return {
    ...progress,
    facts: changes.reduce((facts, change) => changedFacts(facts, change, judging), progress.facts),
    changes: [...progress.changes, ...changes],
  };
}

export type Said = Pick<Decision, 'kind' | 'stepId' | 'outcome' | 'reason' | 'data'>;

export function decided(progress: Progress, said: Said): Progress {
  const { journey, turn, now, unread } = progress.input;
  if (unread) return progress;
  const decision: Decision = {
    ...said,
    key: keyOf('decision', journey.id, turn, progress.decisions.length),
    contactId: journey.contactId,
    journeyId: journey.id,
    at: now,
  };
  return { ...progress, decisions: [...progress.decisions, decision] };
}

export interface Rest {
  readonly place: Place;
  readonly move: Move;
  readonly waitsFor?: readonly string[];
}

/** The end of a turn: what was decided, and where the journey stands. */
export function resting(progress: Progress, { place, move, waitsFor = [] }: Rest): Advanced {
  const { visits, seen, used, passBy, detour, path, decisions, changes } = progress;
  const { entrySeq } = progress.input.state;
  const state: JourneyState = {
    v: 1,
    place,
    visits,
    seen,
    ...(entrySeq === undefined ? {} : { entrySeq }),
    ...(Object.keys(used).length > 0 ? { used } : {}),
    ...(passBy.length > 0 ? { passBy } : {}),
    ...(detour === undefined ? {} : { detour }),
  };
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
