import type { Instant } from '../domain/ids';
import { admitNext } from './admit';
import type { Tx } from './db';
import type { OpenJourney } from './journeys';
import type { TurnDeps } from './turn';

interface Ended {
  /** As it stood before it ended. */
  readonly journey: OpenJourney;
  readonly outcome: string;
  readonly now: Instant;
}

/** What the end of a journey brings, whatever ended it: who waits for its group enters. In the same transaction. */
export async function afterEnd(tx: Tx, deps: TurnDeps, { journey, now }: Ended): Promise<void> {
  const group = journey.definition.exclusive?.group;
  if (group !== undefined) await admitNext(tx, deps, { contactId: journey.contactId, group, now });
}
