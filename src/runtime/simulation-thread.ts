import { parentPort, workerData } from 'node:worker_threads';
import type { BehaviourModel } from '../domain/simulation/model';
import { simulate } from '../domain/simulation/simulate';
import type { Counts } from '../domain/simulation/tally';
import type { Common } from './simulation-runs';

/** What a thread tells of the run that it was given last. */
export type FromThread =
  | { readonly type: 'day'; readonly day: number }
  | { readonly type: 'done'; readonly counts: Counts };

/** Days go by in less than a millisecond; nobody reads that quickly. */
const TOLD_EVERY_MS = 50;

const common = workerData as Common; // what `simulateEach` has given to this thread
let toldAt = 0;

const tell = (message: FromThread): void => parentPort?.postMessage(message);

function onDay(day: number): void {
  if (day < common.days && performance.now() - toldAt < TOLD_EVERY_MS) return;
  toldAt = performance.now();
  tell({ type: 'day', day });
}

parentPort?.on('message', (model: BehaviourModel) => {
  tell({ type: 'done', counts: simulate({ ...common, model, onDay }) });
});
