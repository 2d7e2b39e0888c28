import {
  ActivityFailure,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { HandoffActivities, HandoffNext } from '../activities/handoff';
import type { HandoffOutcome } from '../domain/journey/move';
import { type Clock, createClock } from './clock';
import { isRenewalDue, renew } from './renewal';
import { poke, watch } from './signals';
import { createWake, ring, type Script, type Wake, waitUntil } from './waiter';

/** A handoff's start, and what it carries when it continues as new. Plain JSON, only ids and times. */
export interface HandoffInput {
  readonly v: 1;
  /** The key of the journey's effect; the workflow is `handoff:<id>`. */
  readonly handoffId: string;
  readonly journeyId: string;
  readonly stepId: string;
  /** Business time that the journey has reached; never earlier than the workflow's own clock. */
  readonly now?: number;
  readonly rehearsal?: boolean;
  /** What was to come next. */
  readonly next?: HandoffNext;
  readonly poked?: boolean;
  /** The journey has asked to be poked at the end. */
  readonly watched?: boolean;
}

export interface HandoffResult {
  readonly outcome: HandoffOutcome;
  /** Business time at which it ended (ms). */
  readonly endedAt: number;
}

/** As in ./proxies: Temporal tries again, business delays never hide in here. */
const RETRY = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;
const { readHandoffNext } = proxyLocalActivities<HandoffActivities>({ startToCloseTimeout: '20s', retry: RETRY });
const { offerHandoff, tendHandoff } = proxyActivities<HandoffActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '5s',
  retry: RETRY,
});

/**
 * The passing of one lead to sales: offered to a rep, escalated once, then expired; the first answer ends it.
 *
 * What comes next is decided in the database, under the same guards that an answer meets; a signal only wakes this workflow, so
 * an answer can be neither lost nor doubled, however it races the due time.
 */
export async function handoff(input: HandoffInput): Promise<HandoffResult> {
  const wake = createWake(input.poked);
  const journey = { isWatching: input.watched ?? false };
  setHandler(poke, () => ring(wake));
  setHandler(watch, () => {
    journey.isWatching = true;
  });
  const tell = async () => (journey.isWatching ? pokeJourney(input.journeyId) : undefined);
  try {
    const result = await untilAnswered(input, { wake, clock: createClock(input.now), journey });
    await tell();
    return result;
  } catch (error) {
    if (error instanceof ActivityFailure) await tell(); // it looks, and finds nobody at work
    throw error;
  }
}

interface Hearing {
  readonly wake: Wake;
  readonly clock: Clock;
  readonly journey: { readonly isWatching: boolean };
}

async function untilAnswered(input: HandoffInput, { wake, clock, journey }: Hearing): Promise<HandoffResult> {
  const { handoffId, journeyId, stepId } = input;
  const script: Script | null = input.rehearsal
    ? { journeyId, workflow: workflowInfo().workflowId, nextScriptedAt: null }
    : null;
  let next = input.next ?? (await offerHandoff({ handoffId, journeyId, stepId, now: clock.now() }));
  while (next.type !== 'done') {
    const carried = next;
    if (isRenewalDue())
      await renew<typeof handoff>(() => ({
        ...input,
        next: carried,
        now: clock.now(),
        poked: wake.poked,
        watched: journey.isWatching,
      }));
    next = await follow({ handoffId, clock, wake, script }, next);
  }
  return { outcome: next.outcome, endedAt: clock.now() };
}

/** Nothing depends on it: a journey that has ended has nothing to hear. */
async function pokeJourney(journeyId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(`journey:${journeyId}`).signal(poke, 0);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}

interface Run {
  readonly handoffId: string;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly script: Script | null;
}

/** Does what comes next and asks again. */
async function follow(run: Run, next: Exclude<HandoffNext, { type: 'done' }>): Promise<HandoffNext> {
  const { handoffId, clock, wake, script } = run;
  if (next.type === 'tend') return tendHandoff({ handoffId, now: clock.now() });
  if (script && next.nextScriptedAt !== undefined) script.nextScriptedAt = next.nextScriptedAt;
  await waitUntil({ ...run, until: next.until });
  wake.poked = false; // before the handoff is read: what comes later wakes again
  return readHandoffNext({ handoffId, now: clock.now(), until: next.until });
}
