import type { Instant } from '../domain/ids';
import type { EffectOutcome, Turn } from '../domain/journey/move';
import type { Rules } from '../domain/rules';
import type { Tx } from './db';

/** What a rehearsal adds: how scripted recipients react. Absent in live running. */
export interface Reactions {
  /** Called in the transaction that accepts a mail: plans what its recipient will do. */
  afterMail(
    tx: Tx,
    mail: { readonly sendId: string; readonly contactId: string; readonly journeyId: string; readonly now: Instant },
  ): Promise<void>;
  /** Called in the transaction that offers a handoff: plans how the rep will answer. */
  afterOffer(
    tx: Tx,
    offer: { readonly handoffId: string; readonly contactId: string; readonly now: Instant; readonly dueAt: Instant },
  ): Promise<void>;
  /** When the contact's next scripted event is due; null with none. */
  nextAt(tx: Tx, contactId: string): Promise<Instant | null>;
}

export interface TurnDeps {
  readonly rules: Rules;
  readonly reactions?: Reactions;
}

export interface TurnRequest {
  readonly journeyId: string;
  /** The turn that is being answered: the one the workflow holds. */
  readonly turn: number;
  readonly now: Instant;
  /** What came of the effect that the turn asked for. */
  readonly outcome?: EffectOutcome;
}

/**
 * Decides what a journey does next, and records it, inside the caller's transaction (which this makes hold the contact's lock).
 * Answering the same turn again gives the stored answer. Throws VIV_JOURNEY_UNKNOWN, VIV_TURN_STALE.
 */
export async function takeTurn(_tx: Tx, _deps: TurnDeps, _request: TurnRequest): Promise<Turn> {
  throw new Error('to be built');
}
