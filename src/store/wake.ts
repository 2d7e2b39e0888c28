import type { IncomingEvent } from '../domain/event';
import { heldRule } from '../domain/journey/rules';
import type { Tx } from './db';
import { readJourney } from './journeys';
import type { Listeners } from './listeners';
import { factsFor, type TurnDeps } from './turn';

/**
 * The journeys that must look at an event: those that asked for its type, and those whose goal or exit has a condition that
 * holds now that it is recorded. Nobody else is woken.
 */
export async function journeysToWake(
  tx: Tx,
  deps: TurnDeps,
  { event, interested }: { readonly event: IncomingEvent; readonly interested: Listeners['journeys'] },
): Promise<readonly string[]> {
  const woken: string[] = [];
  for (const { journeyId, byName } of interested)
    if (byName || (await ruleHolds(tx, deps, { journeyId, at: event.at }))) woken.push(journeyId);
  return woken;
}

async function ruleHolds(
  tx: Tx,
  deps: TurnDeps,
  o: { readonly journeyId: string; readonly at: number },
): Promise<boolean> {
  const journey = await readJourney(tx, o.journeyId);
  const facts = await factsFor(tx, deps, { journey, now: o.at });
  const { seen } = journey.last.state;
  return heldRule(journey.definition, { journeyId: o.journeyId, facts, now: o.at, seen }) !== undefined;
}
