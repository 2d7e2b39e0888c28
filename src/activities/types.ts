import type { MigrationAnswer, MigrationRequest } from '../domain/change/request';
import type { Instant } from '../domain/ids';
import type { EffectOutcome, Turn } from '../domain/journey/move';

/** What workflows may call. Types only: nothing here brings code into the workflow bundle. */
export interface TurnActivities {
  takeTurn(request: {
    readonly journeyId: string;
    readonly turn: number;
    readonly now: Instant;
    readonly outcome?: EffectOutcome;
    /** A handoff whose answer the workflow cannot hear: the database is asked for it. */
    readonly handoffId?: string;
  }): Promise<Turn>;
  /** Ends a journey that cannot go on: an activity failed with `code`, and no retry helps. Ended before: answers that end. */
  failJourney(request: { readonly journeyId: string; readonly now: Instant; readonly code: string }): Promise<Turn>;
}

export interface MigrationActivities {
  migrateJourney(
    request: MigrationRequest & { readonly journeyId: string; readonly turn: number; readonly now: Instant },
  ): Promise<MigrationAnswer>;
}

/** An effect to be performed, and the turn that asked for it. */
export interface EffectRequest {
  readonly journeyId: string;
  readonly turn: number;
  readonly stepId: string;
  /** Id of the send, or of the message to another system. */
  readonly key: string;
  readonly now: Instant;
}

export interface MailActivities {
  sendMail(request: EffectRequest): Promise<Turn>;
}

export interface WebhookActivities {
  sendWebhook(request: EffectRequest): Promise<Turn>;
}

export interface Played {
  /** When the next scripted event is due; null with none. */
  readonly nextScriptedAt: Instant | null;
  /** Whether the asking workflow was among those that the played events woke. */
  readonly poked: boolean;
}

export interface ScriptActivities {
  /** Plays the scripted events that are due by `now` for the journey's contact, through the same ingestion as real ones. */
  playScript(request: {
    readonly journeyId: string;
    readonly workflow: string;
    readonly now: Instant;
  }): Promise<Played>;
}
