import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  ChildWorkflowFailure,
  condition,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Effect, HandoffOutcome, JourneyStatus, Turn } from '../domain/journey/move';
import { createClock } from './clock';
import { answeredOrPoked, followHandoff, type HandedOver, startHandoff } from './hand-over';
import type { JourneyInput } from './input';
import { beginRest, breakRest, createRest, endRest, listenForMigrations, type Movable, restIn } from './migrate';
import { failJourney, sendMailBy, sendWebhook, takeTurn } from './proxies';
import { isRenewalDue, renew } from './renewal';
import { poke } from './signals';
import { show } from './status';
import { createWake, ring, type Script, type Wake, waitUntil } from './waiter';

/** What the loop holds between turns. */
interface Run extends Movable {
  readonly script: Script | null;
  turn: Turn;
  /** As the search attributes have it. */
  shown: JourneyStatus;
  /** Key of the newest handoff that was started. */
  handedOver: string | undefined;
}

/**
 * One lead (or client) going through one version of one sequence.
 *
 * Everything is decided by `advance`, in the transaction that reads the facts; the workflow holds the turn that came of it,
 * performs its move, and asks again. Signals only wake it: an event is never carried by a signal, so none can be lost or doubled.
 */
export async function journey(input: JourneyInput): Promise<string> {
  const wake = createWake(input.poked);
  setHandler(poke, () => ring(wake));
  const run = begun(input, wake);
  listenForMigrations(run);
  for (;;) {
    const { move } = run.turn;
    if (move.type === 'end') {
      await condition(allHandlersFinished);
      return move.outcome;
    }
    await renewIfDue(run);
    // no function of its own around it: each one that awaits is two promises that a waiting journey holds
    try {
      run.turn = (await perform(run)) ?? (await endRest(run)) ?? (await next(run));
    } catch (error) {
      breakRest(run);
      run.turn = await failed(run, error);
    }
    if (run.script && run.turn.nextScriptedAt !== undefined) run.script.nextScriptedAt = run.turn.nextScriptedAt;
    if (run.turn.reachedAt !== undefined) run.clock.catchUp(run.turn.reachedAt);
    run.shown = show(run.shown, run.turn);
  }
}

function begun({ journeyId, turn, move, now, shown, handedOver, rehearsal }: JourneyInput, wake: Wake): Run {
  const { workflowId: workflow } = workflowInfo();
  return {
    journeyId,
    clock: createClock(now),
    wake,
    script: rehearsal ? { journeyId, workflow, nextScriptedAt: rehearsal.nextScriptedAt } : null,
    rest: createRest(),
    turn: { turn, move },
    shown: shown ?? 'running',
    handedOver,
  };
}

/** Where nothing is under way but a wait or a handoff of its own, which both go on. */
async function renewIfDue(run: Run): Promise<void> {
  if (isRenewalDue()) await renew<typeof journey>(() => carriedOn(run));
}

function carriedOn({ journeyId, clock, wake, script, turn: { turn, move }, shown, handedOver }: Run): JourneyInput {
  const rehearsal = script ? { nextScriptedAt: script.nextScriptedAt } : undefined;
  return { v: 1, journeyId, turn, move, now: clock.now(), poked: wake.poked, shown, handedOver, rehearsal };
}

/** What no retry can help ends the journey, with a stored reason: none hangs, and none is forgotten. */
async function failed({ journeyId, clock }: Run, error: unknown): Promise<Turn> {
  const code = codeOf(error);
  if (code === undefined) throw error;
  return failJourney({ journeyId, now: clock.now(), code });
}

/** The code of what an activity, or the handoff's own, has failed with; undefined: something else, like a cancellation. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof ApplicationFailure) return error.type ?? 'unknown';
  const isWrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return isWrapped ? codeOf(error.cause) : undefined;
}

/** Performs the turn's move. Answers the turn after it; undefined: it rested, which is to be ended, and the next turn asked for. */
function perform(run: Run): Promise<Turn | undefined> {
  const { move, turn } = run.turn;
  switch (move.type) {
    case 'perform':
      return performEffect(run, { stepId: move.stepId, effect: move.effect });
    case 'await':
      beginRest(run, turn);
      return waitUntil({ ...run, until: move.until });
    case 'end':
      throw new TypeError('an ended journey performs nothing');
  }
}

async function next(run: Run): Promise<Turn> {
  await renewIfDue(run); // the wait is over in the next run too: a new version decides
  return ask(run);
}

interface Performing {
  readonly stepId: string;
  readonly effect: Effect;
}

function performEffect(run: Run, { stepId, effect }: Performing): Promise<Turn> {
  const { journeyId, clock, turn } = run;
  switch (effect.type) {
    case 'mail':
      return sendMailBy(effect.route)({ journeyId, turn: turn.turn, stepId, key: effect.key, now: clock.now() });
    case 'handoff':
      return handOver(run, stepId, effect.key);
    case 'webhook':
      return sendWebhook({ journeyId, turn: turn.turn, stepId, key: effect.key, now: clock.now() });
  }
}

function ask(
  { journeyId, clock, wake, turn: { turn } }: Run,
  more: { readonly outcome?: HandoffOutcome; readonly handoffId?: string } = {},
): Promise<Turn> {
  wake.poked = false; // before the facts are read: what comes later wakes again
  return takeTurn({ journeyId, turn, now: clock.now(), ...more });
}

/**
 * Passes the lead to sales and waits for the answer; whatever else makes the journey go on meanwhile (a goal, an exit) leaves the
 * rep to answer. It is started once: a run that continues another's has the handoff poke it, and finds the answer in the database.
 */
async function handOver(run: Run, stepId: string, key: string): Promise<Turn> {
  const { journeyId, clock, script, wake } = run;
  const start = () =>
    startHandoff({ v: 1, handoffId: key, journeyId, stepId, now: clock.now(), rehearsal: script !== null });
  let handedOver: HandedOver = run.handedOver === key ? {} : await start();
  run.handedOver = key;
  for (;;) {
    const isHeard = handedOver.result !== undefined;
    const isRunning = isHeard || (await followHandoff(key));
    const until = async () => (isRunning ? answeredOrPoked(handedOver, wake) : null);
    const { value: answered, moved } = await restIn(run, run.turn.turn, until);
    if (moved && !isOf(moved, key)) return moved;
    run.turn = moved ?? run.turn;
    if (answered) {
      clock.catchUp(answered.endedAt);
      return ask(run, { outcome: answered.outcome });
    }
    await renewIfDue(run);
    const next = await ask(run, isHeard ? {} : { handoffId: key });
    if (!isOf(next, key)) return next;
    run.turn = next;
    if (!isRunning) handedOver = await start(); // it was ended from outside, unanswered
  }
}

/** Whether the turn still performs the effect of that key. */
const isOf = ({ move }: Turn, key: string): boolean => move.type === 'perform' && move.effect.key === key;
