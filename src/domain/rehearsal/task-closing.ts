import { chance, type Draw, weighted } from '../chance';
import type { Instant } from '../ids';
import type { ScriptedEvent } from './scripted-event';

/** How a rep closes a task: an event of the rehearsal alone, played by closing it. */
export const REP_CLOSES = 'rep.closes';

/** A task as the rep sees it. All but `taskId` and the times is the same in each run. */
export interface GivenTask {
  readonly email: string;
  readonly sequence: string;
  readonly stepId: string;
  /** 1 for the first task at this step of the journey. */
  readonly occurrence: number;
  readonly kind: 'call' | 'todo';
  /** Outcomes that the step names. */
  readonly outcomes: readonly string[];
  readonly taskId: string;
  readonly givenAt: Instant;
  readonly dueAt: Instant;
}

const USUAL = { call: ['reached', 'no-answer'], todo: ['done'] } as const;
/** Share of the tasks that nobody closes in time. */
const NEVER = 0.15;
/** How much more often the first outcome comes than each of the others. */
const FIRST = 3;

/**
 * How a rep closes a task, in time; nothing when nobody does. The step's own outcomes, the first of them most often; without any,
 * a call reaches the lead or gets no answer, and a to-do is done. Chance hangs on seed, address, step and occurrence alone.
 */
export function taskClosing(task: GivenTask, seed: number, drawn: Draw = chance): readonly ScriptedEvent[] {
  const { email, sequence, stepId, occurrence, kind, outcomes, taskId, givenAt, dueAt } = task;
  const draw = (what: string) => drawn(seed, email, sequence, stepId, occurrence, 'task', what);
  if (draw('never') < NEVER) return [];
  const names = outcomes.length > 0 ? outcomes : USUAL[kind];
  const choices = names.map((name, index) => ({ name, weight: index === 0 ? FIRST : 1 }));
  const { name: outcome } = weighted(choices, draw('outcome'));
  const closedAt = Math.round(givenAt + (0.05 + 0.9 * draw('when')) * (dueAt - givenAt));
  return [{ type: REP_CLOSES, dueAt: closedAt, properties: { taskId, outcome } }];
}
