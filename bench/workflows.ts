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
