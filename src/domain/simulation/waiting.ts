import type { Instant } from '../ids';
import type { PastJourney } from '../sequence/reentry';
import type { Opening } from './open';
import type { Person } from './person';

/** An entry that waits until its group, or the day, has room. */
export interface Waiting {
  readonly opening: Opening;
  readonly leadId: string | null;
  /** With re-entry per key: which one it is about. */
  readonly key: string | null;
  /** Null: it waits for a day with room. */
  readonly group: string | null;
  /** The highest is admitted first, of these the oldest. */
  readonly priority: number;
  readonly since: Instant;
  /** Then it waits no longer; null: as long as it takes. */
  readonly until: Instant | null;
}

/** What stands in the way of another entry into the sequence. */
export function pastAndWaiting({ past, waiting }: Person, sequence: string): readonly PastJourney[] {
  const journeys = past.filter((journey) => journey.sequence === sequence);
  if (waiting.length === 0) return journeys;
  const entries = waiting.filter(({ opening }) => opening.definition.sequence === sequence);
  return [
    ...journeys,
    ...entries.map(({ since, leadId, key }) => ({
      id: '',
      running: false,
      waits: true,
      enteredAt: since,
      leadId,
      entryKey: key,
    })),
  ];
}
