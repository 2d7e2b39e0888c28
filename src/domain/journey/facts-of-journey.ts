import type { Facts } from '../facts';
import type { Instant } from '../ids';
import type { JourneyState } from './state';

/** The facts as a journey sees them: with the event that began it, and when that was. */
export function factsOfJourney(
  facts: Facts,
  { state, enteredAt }: { readonly state: JourneyState; readonly enteredAt: Instant },
): Facts {
  const entry = facts.events.find(({ seq }) => seq === state.entrySeq);
  return entry ? { ...facts, enteredAt, entry } : { ...facts, enteredAt };
}
