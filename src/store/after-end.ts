import type { Instant } from '../domain/ids';
import { admitNext } from './admit';
import type { Tx } from './db';
import { tellWhoWaits } from './joins';
import type { OpenJourney } from './journeys';
import { dropSends } from './send-ledger';
import { cancelTasks } from './tasks';
import type { TurnDeps } from './turn';

/** Of a journey that cannot go on. */
export const FAILED = 'failed';

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
  await dropMail(tx, { journey, outcome, now });
  await cancelTasks(tx, { journeyId: journey.id, outcome, now });
  await tellWhoWaits(tx, deps, { journey, outcome, now });
  const group = journey.definition.exclusive?.group;
  if (group !== undefined) await admitNext(tx, deps, { contactId: journey.contactId, group, now });
}

/** A mail that was deferred, or that failed the journey, is tried no more. One that has just been settled needs nothing. */
async function dropMail(tx: Tx, { journey, outcome, now }: Ended): Promise<void> {
  const { place } = journey.last.state;
  if (place.type !== 'waiting' && outcome !== FAILED) return;
  if (!('stepId' in place)) return;
  if (journey.definition.steps.find(({ id }) => id === place.stepId)?.type !== 'mail') return;
  await dropSends(tx, { journeyId: journey.id, reason: `the journey is over: ${outcome}`, at: now });
}
