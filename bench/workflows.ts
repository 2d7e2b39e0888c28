import { proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';
import type { BareActivities } from './bare';

const { decide } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '20s' });
const { send } = proxyActivities<BareActivities>({ startToCloseTimeout: '3m', heartbeatTimeout: '5s' });

/** The history of the reference journey (mail, wait 2 d, checkpoint, mail, end) with nothing in it. */
export async function bare(journeyId: string): Promise<string> {
  await send({ journeyId });
  await sleep('2 days');
  await decide({ journeyId });
  await send({ journeyId });
  return 'completed';
}

/** As a journey that has just entered and waits for days. */
export async function parked(): Promise<string> {
  await sleep('30 days');
  return 'completed';
}
