import type { Definition } from '../domain/sequence/definition';
import type { Tx } from './db';

export interface JourneyRow {
  readonly id: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly sequence: string;
  readonly versionId: string;
  readonly definition: Definition;
}

/** A journey and the definition it runs on. Throws VIV_JOURNEY_UNKNOWN. */
export async function readJourney(_tx: Tx, _journeyId: string): Promise<JourneyRow> {
  throw new Error('to be built');
}
