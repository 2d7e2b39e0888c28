import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  executeChild,
  ParentClosePolicy,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Effect, HandoffOutcome, Turn } from '../domain/journey/move';
import { createClock } from './clock';
import type { handoff as handoffWorkflow } from './handoff';
import type { JourneyInput } from './input';
import { createRest, listenForMigrations, type Movable, restIn } from './migrate';
import { failJourney, sendMail, takeTurn } from './proxies';
import { poke } from './signals';
import { type Script, type Wake, waitUntil } from './waiter';

/** What the loop holds between turns. */
interface Run extends Movable {
  readonly script: Script | null;
}

/**
 * One lead (or client) going through one version of one sequence.
 *
 * Everything is decided by `advance`, in the transaction that reads the facts; the workflow holds the turn that came of it,
 * performs its move, and asks again. Signals only wake it: an event is never carried by a signal, so none can be lost or doubled.
 */
export async function journey(input: JourneyInput): Promise<string> {
  const wake: Wake = { poked: input.poked ?? false };
  setHandler(poke, () => {
    wake.poked = true;
  });
  const { journeyId } = input;
  const script = input.rehearsal
    ? { journeyId, workflow: workflowInfo().workflowId, nextScriptedAt: input.rehearsal.nextScriptedAt }
    : null;
  const run: Run = { journeyId, clock: createClock(input.now), wake, script, rest: createRest() };
  listenForMigrations(run);

  let turn: Turn = { turn: input.turn, move: input.move };
  while (turn.move.type !== 'end') {
    turn = await performOrFail(run, turn);
    if (script && turn.nextScriptedAt !== undefined) script.nextScriptedAt = turn.nextScriptedAt;
    if (turn.move.type === 'await' && workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof journey>(carriedOn(run, turn));
    }
  }
  await condition(allHandlersFinished);
  return turn.move.outcome;
}

function carriedOn({ journeyId, clock, wake, script }: Run, { turn, move }: Turn): JourneyInput {
  const rehearsal = script ? { nextScriptedAt: script.nextScriptedAt } : undefined;
  return { v: 1, journeyId, turn, move, now: clock.now(), poked: wake.poked, rehearsal };
}

/** What no retry can help ends the journey, with a stored reason: none hangs, and none is forgotten. */
async function performOrFail(run: Run, turn: Turn): Promise<Turn> {
  try {
    return await perform(run, turn);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return failJourney({ journeyId: run.journeyId, now: run.clock.now(), code });
  }
}

/** The code of what an activity, or the handoff's own, has failed with; undefined: something else, like a cancellation. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof ApplicationFailure) return error.type ?? 'unknown';
  const isWrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return isWrapped ? codeOf(error.cause) : undefined;
}

/** Performs the turn's move and answers the turn after it. */
async function perform(run: Run, { turn, move }: Turn): Promise<Turn> {
  switch (move.type) {
    case 'perform':
      return performEffect(run, { turn, stepId: move.stepId, effect: move.effect });
    case 'await': {
      const { moved } = await restIn(run, turn, () => waitUntil({ ...run, until: move.until }));
      return moved ?? ask(run, { turn });
    }
    case 'end':
      throw new TypeError('an ended journey performs nothing');
  }
}

interface Performing {
  readonly turn: number;
  readonly stepId: string;
  readonly effect: Effect;
}

function performEffect(run: Run, performing: Performing): Promise<Turn> {
  const { turn, stepId, effect } = performing;
  const { journeyId, clock } = run;
  switch (effect.type) {
    case 'mail':
      return sendMail({ journeyId, turn, stepId, key: effect.key, now: clock.now() });
    case 'handoff':
      return handOver(run, performing);
    case 'webhook':
      throw ApplicationFailure.nonRetryable('webhooks are not sent yet', 'VIV_UNEXPECTED');
  }
}

function ask(
  { journeyId, clock, wake }: Run,
  request: { readonly turn: number; readonly outcome?: HandoffOutcome },
): Promise<Turn> {
  wake.poked = false; // before the facts are read: what comes later wakes again
  return takeTurn({ journeyId, now: clock.now(), ...request });
}

/**
 * Passes the lead to sales and waits for the answer; a goal or exit that holds meanwhile ends the journey at once, and leaves
 * the rep to answer.
 */
async function handOver(run: Run, performing: Performing): Promise<Turn> {
  const { stepId, effect } = performing;
  const { journeyId, clock, script } = run;
  const child = executeChild<typeof handoffWorkflow>('handoff', {
    workflowId: `handoff:${effect.key}`,
    args: [{ v: 1, handoffId: effect.key, journeyId, stepId, now: clock.now(), rehearsal: script !== null }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  let { turn } = performing;
  for (;;) {
    const { value: answered, moved } = await restIn(run, turn, () =>
      Promise.race([child, condition(() => run.wake.poked).then(() => null)]),
    );
    if (moved?.move.type === 'end') return moved;
    turn = moved?.turn ?? turn;
    if (answered) {
      clock.catchUp(answered.endedAt);
      return ask(run, { turn, outcome: answered.outcome });
    }
    const next = await ask(run, { turn });
    if (next.move.type === 'end') return next;
    turn = next.turn;
  }
}
