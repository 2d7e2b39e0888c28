import { asyncLocalStorage } from '@temporalio/activity';
import type { Instant } from '../domain/ids';
import type { Db } from '../store/db';
import { runSweep, type Swept } from '../store/sweep';
import type { TurnDeps } from '../store/turn';
import { beating } from './heartbeat';

export interface SweepActivities {
  /** The daily sweep as of `now`. A retry goes on where the last attempt stopped; the counts are of the last attempt. */
  runSweep(request: { readonly now: Instant }): Promise<Swept>;
}

export function createSweepActivities({ db, turn }: { readonly db: Db; readonly turn: TurnDeps }): SweepActivities {
  return {
    runSweep: ({ now }) =>
      beating(() => {
        // an attempt that Temporal has given up stops, before another counts what the day has entered
        const signal = asyncLocalStorage.getStore()?.cancellationSignal;
        return runSweep(db, turn, { now, signal });
      }),
  };
}
