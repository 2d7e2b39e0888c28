import type { Connection } from '@temporalio/client';
import { type Lane, lanesToServe } from '../domain/delivery/lanes';
import type { DeliveryRules } from '../domain/delivery/rules';
import { failure } from '../domain/errors';
import { refusalOf } from './refusal';
import { type RunningWorker, startLaneWorker, startWorker, type WorkerOptions } from './worker';

export interface FleetOptions extends WorkerOptions {
  /** For the limits, which the server keeps. */
  readonly client: Connection;
  readonly delivery: DeliveryRules | undefined;
  /** Lanes in which mails may still wait, declared or not. */
  readonly usedLanes: readonly string[];
  /** `journeys`, and names of lanes; none: all. */
  readonly queues?: readonly string[];
}

const JOURNEYS = 'journeys';

/** Starts one worker for journeys, and one for each lane. Throws VIV_CONFIG_INVALID for a queue that is none. */
export async function startFleet(options: FleetOptions): Promise<RunningWorker> {
  const { queues, client, delivery, usedLanes, ...worker } = options;
  const lanes = lanesToServe(delivery, usedLanes);
  const isWanted = chosen(queues, [JOURNEYS, ...lanes.map(({ name }) => name)]);
  const starts = [
    ...(isWanted(JOURNEYS) ? [() => startWorker(worker)] : []),
    ...lanes.filter(({ name }) => isWanted(name)).map((lane) => () => startLane({ client, worker, lane })),
  ];
  const running: RunningWorker[] = [];
  const stop = async () => {
    await Promise.allSettled(running.map((one) => one.stop()));
    await Promise.all(running.map(({ finished }) => finished));
  };
  try {
    for (const start of starts) running.push(await start());
  } catch (error) {
    await stop();
    throw error;
  }
  const finished = Promise.all(running.map((one) => one.finished)).then(() => undefined);
  finished.catch(() => undefined); // whoever awaits `finished` or `stop` hears of it
  return { finished, stop };
}

function chosen(queues: readonly string[] | undefined, known: readonly string[]): (name: string) => boolean {
  const unknown = queues?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw failure('VIV_CONFIG_INVALID', {
      name: '--queues',
      problem: `there is no queue "${unknown}"; there are: ${known.join(', ')}`,
    });
  return (name) => queues === undefined || queues.includes(name);
}

/** The limit is also set on the queue itself, where it outlives this worker; a server that refuses takes the worker's. */
async function startLane(o: {
  readonly client: Connection;
  readonly worker: WorkerOptions;
  readonly lane: Lane;
}): Promise<RunningWorker> {
  const { client, worker, lane } = o;
  await refusalOf(() =>
    client.workflowService.updateTaskQueueConfig({
      namespace: worker.namespace,
      identity: 'viveiro',
      taskQueue: `${worker.taskQueue}-${lane.name}`,
      taskQueueType: ACTIVITIES,
      updateQueueRateLimit: {
        reason: 'rules/delivery.yaml',
        rateLimit: lane.perSecond === null ? null : { requestsPerSecond: lane.perSecond },
      },
    }),
  );
  return startLaneWorker(worker, lane);
}

/** temporal.api.enums.v1.TaskQueueType */
const ACTIVITIES = 2;
