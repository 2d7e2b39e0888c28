import { type NativeConnection, type WorkerOptions as TemporalOptions, Worker } from '@temporalio/worker';
import type { Activities } from '../activities';
import type { Lane } from '../domain/delivery/lanes';
import { workflowSource } from './workflow-source';

export interface RunningWorker {
  /** Takes no new work, finishes what is under way, then resolves. */
  stop(): Promise<void>;
  /** Resolves when the worker ends; rejects when it fails. */
  readonly finished: Promise<void>;
}

/** Which code a worker runs: journeys keep to the version that began them until they continue as new. */
export interface WorkerVersion {
  readonly deployment: string;
  readonly buildId: string;
}

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: Activities;
  /** None: unversioned. */
  readonly version?: WorkerVersion;
  /** Default: as many as the memory allows. */
  readonly maxCachedWorkflows?: number;
}

/** Starts a worker for journeys, handoffs and the sweep on one task queue. */
export async function startWorker({ version, ...options }: WorkerOptions): Promise<RunningWorker> {
  return started({ ...options, ...workflowSource(), ...versioned(version), ...COMMON });
}

/** Starts a worker that sends the mails of one lane, no faster than its limit, which all workers of the lane share. */
export async function startLaneWorker(
  { connection, namespace, taskQueue, activities, version }: WorkerOptions,
  { name, perSecond, atOnce }: Lane,
): Promise<RunningWorker> {
  const { sendMail } = activities;
  return started({
    connection,
    namespace,
    taskQueue: `${taskQueue}-${name}`,
    activities: { sendMail },
    ...(perSecond === null ? {} : { maxTaskQueueActivitiesPerSecond: perSecond }),
    // what is over waits on the server, where another worker may take it
    ...(atOnce === undefined ? {} : { maxConcurrentActivityTaskExecutions: atOnce }),
    ...versioned(version),
    ...COMMON,
  });
}

const COMMON = {
  // after a killed worker its sticky tasks come back in 1 s, not 10
  stickyQueueScheduleToStartTimeout: '1s',
  shutdownGraceTime: '10s',
  // an activity that hears nothing must not keep the process: it is tried again elsewhere
  shutdownForceTime: '20s',
} as const;

const versioned = (version: WorkerVersion | undefined): Pick<TemporalOptions, 'workerDeploymentOptions'> =>
  version
    ? {
        workerDeploymentOptions: {
          useWorkerVersioning: true,
          version: { deploymentName: version.deployment, buildId: version.buildId },
          defaultVersioningBehavior: 'PINNED',
        },
      }
    : {};

async function started(options: TemporalOptions): Promise<RunningWorker> {
  const worker = await Worker.create(options);
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
