import { proxyActivities } from '@temporalio/workflow';
import type { JourneyInput } from '../../../src/workflows/input';
import { journey as real } from '../../../src/workflows/journey';

const { greet } = proxyActivities<{ greet(): Promise<void> }>({ startToCloseTimeout: '1s' });

/** The journey with an activity that recorded runs do not have: as a careless change would be. */
export async function journey(input: JourneyInput): Promise<string> {
  await greet();
  return real(input);
}
