import { DEFAULT_ENGAGEMENT } from '../domain/engagement/rules';
import type { Instant } from '../domain/ids';
import { type Db, type Tx, transaction } from './db';
import { forgetSubmissions } from './form-held';
import { forgetSenders } from './shared-rate';
import type { TurnDeps } from './turn';
import { forgetOldVisits } from './visitors';

/** Deletes what visitors saw who never said who they are, judged clicks and sent forms of long ago, and what senders had left. */
export async function sweepVisits(
  db: Db,
  { rules }: TurnDeps,
  { now, signal }: { readonly now: Instant; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const before = now - (rules.engagement ?? DEFAULT_ENGAGEMENT).pages.keepAnonymousFor;
  for (const forget of [
    (tx: Tx) => forgetOldVisits(tx, { before }),
    (tx: Tx) => forgetSubmissions(tx, now),
    (tx: Tx) => forgetSenders(tx, now),
  ]) {
    let forgotten: number;
    do {
      signal?.throwIfAborted();
      forgotten = await transaction(db, forget);
    } while (forgotten > 0);
  }
}
