import type { IncomingEvent } from '../domain/event';
import type { Db, Tx } from './db';
import type { TurnDeps } from './turn';

export interface Ingested {
  readonly interactionId: string;
  readonly seq: number;
  /** The same key and body came before: nothing was done again. */
  readonly duplicate: boolean;
  /** Ids of the workflows that were woken. */
  readonly pokes: readonly string[];
}

/**
 * Records one event: interaction, scores, client status, decisions, entries into sequences and outbox jobs, all in the caller's
 * transaction, under the contact's lock. Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT.
 */
export async function ingestIn(_tx: Tx, _deps: TurnDeps, _event: IncomingEvent): Promise<Ingested> {
  throw new Error('to be built');
}

/** `ingestIn` in a transaction of its own. */
export async function ingest(_db: Db, _deps: TurnDeps, _event: IncomingEvent): Promise<Ingested> {
  throw new Error('to be built');
}
