import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { statusOf } from '../domain/journey/status';
import { type Db, single } from '../store/db';
import { readJourney } from '../store/journeys';
import { moveWithoutTimer } from '../store/rehearsed-join';
import { findVersion } from '../store/sequences';
import type { Reactions } from '../store/turn';
import type { JourneyInput } from '../workflows/input';
import { attributesOf } from './search-attributes';

/** The only place that starts and signals workflows. Every call may be repeated: "already there" is success. */
export interface Lifecycle {
  startJourney(journeyId: string): Promise<void>;
  /** Starts a journey anew whose end was taken back. */
  restartJourney(journeyId: string): Promise<void>;
  /** Wakes `journey:<id>` or `handoff:<id>`; one that has ended has nothing to see. */
  poke(workflow: string, seq: number): Promise<void>;
}

export interface LifecycleDeps {
  readonly client: Client;
  readonly db: Db;
  readonly taskQueue: string;
  /** In a rehearsal: whose scripts its journeys play. */
  readonly reactions?: Reactions;
}

const JOURNEY = 'journey:';

export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  return {
    startJourney: (journeyId) =>
      orAlreadyThere(async () => {
        const { move: _, ...options } = await journeyOptions(deps, journeyId);
        await deps.client.workflow.start('journey', options);
      }),
    restartJourney: (journeyId) =>
      orAlreadyThere(async () => {
        const { move, args, ...options } = await journeyOptions(deps, journeyId);
        if (move.type === 'end') return; // it has come to an end of its own since
        const [input] = args;
        // it asks at once: a poke may have come while no run was there to hear it
        const anew = { args: [{ ...input, poked: true }], workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const };
        await deps.client.workflow.start('journey', { ...options, ...anew });
      }),
    poke: (workflow, seq) =>
      workflow.startsWith(JOURNEY) ? pokeJourney(deps, workflow, seq) : pokeRunning(deps, workflow, seq),
  };
}

/** Starts the journey if the poke overtook its start: the outbox keeps no order. */
function pokeJourney(deps: LifecycleDeps, workflow: string, seq: number): Promise<void> {
  return orAlreadyThere(async () => {
    const { move: _, ...options } = await journeyOptions(deps, workflow.slice(JOURNEY.length));
    await deps.client.workflow.signalWithStart('journey', { ...options, signal: 'poke', signalArgs: [seq] });
  });
}

async function pokeRunning({ client }: LifecycleDeps, workflow: string, seq: number): Promise<void> {
  try {
    await client.workflow.getHandle(workflow).signal('poke', seq);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function journeyOptions({ db, taskQueue, reactions }: LifecycleDeps, journeyId: string) {
  const journey = await readJourney(single(db), journeyId);
  const { turn, last, contactId, sequence, versionId, definition, enteredAt } = journey;
  const { version } = await findVersion(single(db), versionId); // from memory
  const move = reactions ? await moveWithoutTimer(single(db), journey, last) : last.move;
  const nextScriptedAt = (await reactions?.nextAt(single(db), contactId)) ?? null;
  const rehearsal = reactions ? { nextScriptedAt: move === last.move ? nextScriptedAt : null } : undefined;
  const shown = statusOf(definition, last.state, last.move) ?? 'running';
  // one that another journey has entered begins at that one's time, which a rehearsal runs ahead
  const now = reactions ? enteredAt : undefined;
  const input: JourneyInput = { v: 1, journeyId, turn, move, now, shown, rehearsal };
  return {
    move,
    workflowId: `${JOURNEY}${journeyId}`,
    taskQueue,
    args: [input] as const,
    typedSearchAttributes: attributesOf({ contactId, sequence, version, status: shown, move: last.move }),
    // a journey runs once: its end is final
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
  };
}

async function orAlreadyThere(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
