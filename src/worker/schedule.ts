import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { LifecycleRules } from '../domain/client/rules';
import type { sweep } from '../workflows/sweep';

export interface SweepSchedule {
  readonly client: Client;
  readonly taskQueue: string;
  readonly lifecycle: LifecycleRules;
}

/** One schedule per task queue: installations that share a namespace do not take each other's. */
export const sweepScheduleId = (taskQueue: string): string => `sweep:${taskQueue}`;

/**
 * Sees to it that Temporal starts the sweep once a day at `lifecycle.sweep.at` in its zone, never two at once; one that was missed
 * while Temporal was down is made up for within a day. May be called by every process at every start: it brings an existing
 * schedule up to the rules, and leaves a paused one paused. Where clocks skip that time of day, that day has no sweep.
 */
export async function ensureSweepSchedule({ client, taskQueue, lifecycle }: SweepSchedule): Promise<void> {
  const options = scheduleOptions(taskQueue, lifecycle);
  try {
    await client.schedule.create<typeof sweep>(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule
      .getHandle(options.scheduleId)
      .update<typeof sweep>(({ state }) => ({ state, spec, action, policies }));
  }
}

function scheduleOptions(
  taskQueue: string,
  { sweep: { at, zone } }: LifecycleRules,
): ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof sweep>> {
  const [hour, minute] = at.split(':').map(Number);
  const scheduleId = sweepScheduleId(taskQueue);
  return {
    scheduleId,
    spec: { calendars: [{ hour, minute }], timezone: zone },
    action: { type: 'startWorkflow', workflowType: 'sweep', workflowId: scheduleId, taskQueue, args: [{ v: 1 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  };
}
