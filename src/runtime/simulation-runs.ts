import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BehaviourModel } from '../domain/simulation/model';
import { type Simulated, simulate } from '../domain/simulation/simulate';
import type { Counts } from '../domain/simulation/tally';
import { inParallel } from './in-parallel';
import type { FromThread } from './simulation-thread';

/** What all runs of one simulation have in common. */
export type Common = Omit<Simulated, 'model' | 'onDay'>;

/** How far a run has come; the first one is 0. */
export type OnDay = (progress: { readonly run: number; readonly day: number }) => void;

interface Options {
  /** Runs at a time, each on a core of its own; absent: one after the other, on this one. */
  readonly threads?: number;
  readonly onDay?: OnDay;
}

/** The program beside this one, built or not. */
const THREAD = path.join(__dirname, `simulation-thread${path.extname(__filename)}`);
/** A simulation makes much that is soon forgotten: with more room, a sixth of its time is saved (decision 25). */
const YOUNG_MB = 128;

/** One simulation for each model. Counts are in their order, and the same with any number of threads. */
export async function simulateEach(
  common: Common,
  models: readonly BehaviourModel[],
  { threads, onDay }: Options = {},
): Promise<readonly Counts[]> {
  const here = (run: number, model: BehaviourModel): Counts =>
    simulate({ ...common, model, onDay: (day) => onDay?.({ run, day }) });
  if (threads === undefined) return models.map((model, run) => here(run, model));
  const counts: Counts[] = [];
  const all: Worker[] = [];
  const idle: Worker[] = [];
  const begin = (): Worker => {
    const thread = new Worker(THREAD, { workerData: common, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    all.push(thread);
    return thread;
  };
  try {
    await inParallel([...models.entries()], threads, async ([run, model]) => {
      const thread = idle.pop() ?? begin();
      const done = await runIn(thread, model, (day) => onDay?.({ run, day }));
      // a failure cannot leave a thread with its code: it is met again here
      counts[run] = done ?? here(run, model);
      if (done) idle.push(thread);
    });
  } finally {
    await Promise.all(all.map((thread) => thread.terminate()));
  }
  return counts;
}

/** Undefined: the thread has ended by a failure. */
function runIn(thread: Worker, model: BehaviourModel, onDay: (day: number) => void): Promise<Counts | undefined> {
  return new Promise((resolve) => {
    const hear = (message: FromThread): void => {
      if (message.type === 'day') onDay(message.day);
      else end(message.counts);
    };
    const fail = (): void => end(undefined);
    const end = (counts: Counts | undefined): void => {
      thread.off('message', hear).off('error', fail);
      resolve(counts);
    };
    thread.on('message', hear).on('error', fail);
    thread.postMessage(model);
  });
}
