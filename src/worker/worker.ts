import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../activities';
import { workflowSource } from './bundle';

export interface RunningWorker {
  /** Takes no new work, finishes what is under way, then resolves. */
  stop(): Promise<void>;
  /** Resolves when the worker ends; rejects when it fails. */
  readonly finished: Promise<void>;
}

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: Activities;
}

/** Starts a worker for journeys, handoffs and the sweep on one task queue. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const worker = await Worker.create({
    ...options,
    ...workflowSource(),
    // after a killed worker its sticky tasks come back in 1 s, not 10
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '10s',
    // an activity that hears nothing must not keep the process: it is tried again elsewhere
    shutdownForceTime: '20s',
  });
  const finished = worker.run();
  finished.catch(() => undefined); // whoever awaits `finished` or `stop` hears of it
  return {
    finished,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await finished;
    },
  };
}
