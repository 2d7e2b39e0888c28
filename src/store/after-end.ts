import type { Instant } from '../domain/ids';
import { admitNext } from './admit';
import type { Tx } from './db';
import { tellWhoWaits } from './joins';
import type { OpenJourney } from './journeys';
import { cancelTasks } from './tasks';
import type { TurnDeps } from './turn';

interface Ended {
  readonly journey: OpenJourney;
  readonly outcome: string;
  readonly now: Instant;
}

/**
 * What the end of a journey brings, whatever ended it: its open tasks are cancelled, who waits for it is told, and who waits for its
 * group enters. In the same transaction.
 */
export async function afterEnd(tx: Tx, deps: TurnDeps, { journey, outcome, now }: Ended): Promise<void> {
  await cancelTasks(tx, { journeyId: journey.id, outcome, now });
  await tellWhoWaits(tx, deps, { journey, outcome, now });
  const group = journey.definition.exclusive?.group;
  if (group !== undefined) await admitNext(tx, deps, { contactId: journey.contactId, group, now });
}
