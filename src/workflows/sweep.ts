import { proxyActivities } from '@temporalio/workflow';
import type { SweepActivities } from '../activities/sweep';
import { createClock } from './clock';

export interface SweepInput {
  readonly v: 1;
}

/** As in ./proxies. Long, since one activity is the whole sweep; its heartbeat tells a dead worker from a long day. */
const { runSweep } = proxyActivities<SweepActivities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** One day's sweep, started by the schedule of src/worker/schedule.ts. Business time is the moment at which it began. */
export function sweep(_input: SweepInput): ReturnType<SweepActivities['runSweep']> {
  return runSweep({ now: createClock().now() });
}
