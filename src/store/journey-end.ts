import type { Instant } from '../domain/ids';
import { admitNext } from './admit';
import type { Tx } from './db';
import type { TakeTurn } from './enter';
import type { JourneyRow } from './journeys';
import type { TurnDeps } from './turn';

/** What follows from the end of a journey, in the transaction that ends it: who waits for its group enters. */
export async function afterEnd(
  tx: Tx,
  deps: TurnDeps,
  { journey, now }: { readonly journey: JourneyRow; readonly now: Instant },
  take: TakeTurn,
): Promise<void> {
  const group = journey.definition.exclusive?.group;
  if (group !== undefined) await admitNext(tx, deps, { contactId: journey.contactId, group, now }, take);
}
