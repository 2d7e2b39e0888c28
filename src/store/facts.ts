import type { Facts } from '../domain/facts';
import type { Instant } from '../domain/ids';
import type { Tx } from './db';

export interface FactsRequest {
  readonly contactId: string;
  readonly leadId: string | null;
  readonly now: Instant;
  /** Half-life of interest (ms), to give the score as of `now`. */
  readonly halfLife: number;
  /** Newest events wanted per type. */
  readonly newest?: ReadonlyMap<string, number>;
  /** All events of these types with a greater seq. */
  readonly after?: { readonly types: readonly string[]; readonly seq: number };
}

/** Reads what decisions look at. With no `leadId`, the contact's newest lead. Throws VIV_CONTACT_UNKNOWN. */
export async function readFacts(_tx: Tx, _request: FactsRequest): Promise<Facts> {
  throw new Error('to be built');
}
