import { DEFAULT_ENGAGEMENT } from '../domain/engagement/rules';
import type { Instant } from '../domain/ids';
import { type Db, transaction } from './db';
import type { TurnDeps } from './turn';
import { forgetOldVisits } from './visitors';

/** Deletes what visitors saw who never said who they are, and clicks that were judged long ago. */
export async function sweepVisits(
  db: Db,
  { rules }: TurnDeps,
  { now, signal }: { readonly now: Instant; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const before = now - (rules.engagement ?? DEFAULT_ENGAGEMENT).pages.keepAnonymousFor;
  let forgotten: number;
  do {
    signal?.throwIfAborted();
    forgotten = await transaction(db, (tx) => forgetOldVisits(tx, { before }));
  } while (forgotten > 0);
}
