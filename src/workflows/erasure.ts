import { proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { ErasureActivities } from '../activities/erasure';
import { createClock } from './clock';
import { poke } from './signals';
import { createWake, ring, waitUntil } from './waiter';

/** Plain JSON: the id of the erasure alone; whose it is stands in the database, and no longer than it must. */
export interface ErasureInput {
  readonly v: 1;
  readonly erasureId: string;
}

/** As in ./proxies: Temporal tries again for as long as it takes; a heartbeat tells a dead worker from a large erasure. */
const RETRY = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;
const { readErasure, stopErased, settleErased } = proxyActivities<ErasureActivities>({
  startToCloseTimeout: '2m',
  retry: RETRY,
});
const { eraseRows, eraseHistories, proveErasure } = proxyActivities<ErasureActivities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '5s',
  retry: RETRY,
});

/**
 * The erasure of one person: waits as long as it can be cancelled, stops what is under way, lets mails that are being sent come to
 * their end, removes rows and histories, and ends with the proof. Each activity finds what an earlier try has left. Answers the status.
 */
export async function erasure({ erasureId }: ErasureInput): Promise<string> {
  const wake = createWake();
  const clock = createClock();
  setHandler(poke, () => ring(wake));
  const turn = () => ({ erasureId, now: clock.now() });
  let next = await readErasure(turn());
  while (next.type === 'wait') {
    await waitUntil({ clock, wake, until: next.until, script: null });
    wake.poked = false; // before it is read: what comes later wakes again
    next = await readErasure(turn());
  }
  if (next.type === 'over') return next.status;
  await stopErased(turn());
  for (;;) {
    const leftMs = await settleErased(turn());
    if (leftMs === 0) break;
    await sleep(leftMs);
  }
  const replaced = await eraseRows(turn());
  const deleted = await eraseHistories(turn());
  return proveErasure({ ...turn(), replaced, deleted });
}
