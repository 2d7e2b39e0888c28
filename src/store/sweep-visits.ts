import { DEFAULT_ENGAGEMENT } from '../domain/engagement/rules';
import type { Instant } from '../domain/ids';
import { type Db, type Tx, transaction } from './db';
import { forgetSubmissions } from './form-held';
import type { TurnDeps } from './turn';
import { forgetOldVisits } from './visitors';

/** Deletes what visitors saw who never said who they are, clicks that were judged long ago, and forms that were sent long ago. */
export async function sweepVisits(
  db: Db,
  { rules }: TurnDeps,
  { now, signal }: { readonly now: Instant; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const before = now - (rules.engagement ?? DEFAULT_ENGAGEMENT).pages.keepAnonymousFor;
  for (const forget of [(tx: Tx) => forgetOldVisits(tx, { before }), (tx: Tx) => forgetSubmissions(tx, now)]) {
    let forgotten: number;
    do {
      signal?.throwIfAborted();
      forgotten = await transaction(db, forget);
    } while (forgotten > 0);
  }
}
