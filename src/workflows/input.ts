import type { Move } from '../domain/journey/move';

/** A journey's start, and what it carries when it continues as new. Plain JSON, only ids and times. */
export interface JourneyInput {
  readonly v: 1;
  readonly journeyId: string;
  readonly turn: number;
  readonly move: Move;
  /** Business time that the journey has reached; never earlier than the workflow's own clock. */
  readonly now?: number;
  readonly poked?: boolean;
  /** Present in a rehearsal. */
  readonly rehearsal?: { readonly nextScriptedAt: number | null };
}
