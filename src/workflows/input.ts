import type { JourneyStatus, Move } from '../domain/journey/move';

/** A journey's start, and what it carries when it continues as new. Plain JSON, only ids and times. */
export interface JourneyInput {
  readonly v: 1;
  readonly journeyId: string;
  readonly turn: number;
  readonly move: Move;
  /** Business time that the journey has reached; never earlier than the workflow's own clock. */
  readonly now?: number;
  readonly poked?: boolean;
  /** As the search attributes have it; absent: running. */
  readonly shown?: JourneyStatus;
  /** Key of the handoff that an earlier run has started. */
  readonly handedOver?: string;
  /** Present in a rehearsal. */
  readonly rehearsal?: { readonly nextScriptedAt: number | null };
}
