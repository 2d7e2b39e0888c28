import type { SequenceVersion } from '../../src/store/sequences';
import { type TestEngine, workflowOf } from '../support/engine';
import type { Someone } from '../support/journeys';
import { aJourney, published, someone } from '../support/journeys';

/** What scenarios run on: real servers, real mails to an inbox. */
export interface Recording {
  readonly live: TestEngine;
  /** Its mails go out by lanes. */
  readonly limited: TestEngine;
  /** Recipients click after three hours, reps accept after five. */
  readonly rehearsed: TestEngine;
  /** The journey's next mail fails: once, or so that no retry helps. */
  spoil(journeyId: string, how: 'once' | 'for-good'): void;
}

/** A run to be kept. */
export interface Take {
  readonly workflowId: string;
  /** Default: the newest. */
  readonly runId?: string;
}

/** A run or several that belong together. `files` names what each is kept as: `<workflow>/<what it covers>`. */
export interface Scenario {
  readonly files: readonly string[];
  /** Runs it to its end, and answers the runs in the order of `files`. */
  run(recording: Recording): Promise<readonly Take[]>;
}

interface Entering {
  readonly steps: readonly object[];
  /** More of the sequence. */
  readonly parts?: object;
  /** Time is skipped to the end of its timers. */
  readonly isSkipping?: boolean;
  /** Is told the journey's id before it is there. */
  readonly before?: (journeyId: string) => void;
}

export interface Entered extends Someone {
  readonly journeyId: string;
  readonly version: SequenceVersion;
}

/** Someone new enters a sequence of these steps. */
export async function entered(engine: TestEngine, o: Entering): Promise<Entered> {
  const version = await published(engine.db, { purpose: 'transactional', steps: o.steps, ...o.parts });
  const who = await someone(engine.db);
  const before = (journeyId: string) => {
    if (o.isSkipping) engine.skipping.toTheEnd(workflowOf(journeyId));
    o.before?.(journeyId);
  };
  const journey = await aJourney(engine.db, version, { who, now: Date.now(), before }, engine.deps);
  await engine.started(journey.journeyId);
  return { ...journey, version };
}

/** Runs a sequence to its end with time skipped. */
export async function through(engine: TestEngine, o: Omit<Entering, 'isSkipping'>): Promise<readonly Take[]> {
  const { journeyId } = await entered(engine, { ...o, isSkipping: true });
  await engine.endOf(journeyId);
  return [{ workflowId: workflowOf(journeyId) }];
}

/** A scenario of one journey whose time is skipped to its end. */
export const aRun = (covers: string, o: Omit<Entering, 'isSkipping'>): Scenario => ({
  files: [`journey/${covers}`],
  run: ({ live }) => through(live, o),
});

export const END = { id: 'done', type: 'end' };
export const aMail = (id: string, parts: object = {}) => ({ id, type: 'mail', template: 'hello', ...parts });
