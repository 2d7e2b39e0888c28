import type { Instant, Json } from '../ids';

/** What the workflow does next. Only ids and times: it stands in Temporal histories. */
export type Move =
  | { readonly type: 'perform'; readonly stepId: string; readonly effect: Effect }
  | { readonly type: 'await'; readonly stepId: string; readonly until: Instant | null }
  | { readonly type: 'end'; readonly outcome: string };

/** A thing outside the database that a step wants done. `key` is its id: of the send, of the handoff, of the webhook's message. */
export type Effect =
  | { readonly type: 'mail'; readonly key: string; readonly variant?: string; readonly route?: MailRoute }
  | { readonly type: 'handoff'; readonly key: string }
  | { readonly type: 'webhook'; readonly key: string };

/** Under which limit a mail goes out, and in whose turn; absent where the company has declared no limits. */
export interface MailRoute {
  /** Name of the lane: of no address, but of a group of domains. */
  readonly lane: string;
  /** 1 goes first, 5 last. */
  readonly priority: number;
  /** Those who wait in one lane take turns by sequence, by its share. */
  readonly sequence: string;
  readonly share: number;
}

/** What came of an effect; `advance` takes it with the next turn. */
export type EffectOutcome = MailOutcome | HandoffOutcome | WebhookOutcome;

export type MailOutcome =
  | {
      readonly effect: 'mail';
      readonly status: 'accepted' | 'rejected' | 'unknown' | 'skipped';
      readonly reason: string;
    }
  /** Not now: the journey waits until `until` and performs the same send again. */
  | {
      readonly effect: 'mail';
      readonly status: 'deferred';
      readonly until: Instant;
      readonly reason: string;
      /** Events with which it is tried again at once. */
      readonly wakesOn?: readonly string[];
    }
  /** The gate says that the whole journey must end (consent withdrawn, address suppressed). */
  | { readonly effect: 'mail'; readonly status: 'exit'; readonly reason: string };

export type HandoffStatus = 'accepted' | 'rejected' | 'recycled' | 'expired';
export interface HandoffOutcome {
  readonly effect: 'handoff';
  readonly status: HandoffStatus;
  readonly reason: string;
}

/** Never crosses Temporal: the answer of another system may say anything about a person. */
export type WebhookOutcome =
  | {
      readonly effect: 'webhook';
      readonly status: 'delivered';
      /** Attributes that the answer gives. */
      readonly set: { readonly [attribute: string]: Json };
      readonly reason: string;
    }
  | { readonly effect: 'webhook'; readonly status: 'failed' | 'skipped'; readonly reason: string }
  /** Not now: the journey waits until `until` and sends the same message again. */
  | { readonly effect: 'webhook'; readonly status: 'deferred'; readonly until: Instant; readonly reason: string };

/** What a person would look for: who waits for people, who is held. */
export type JourneyStatus = 'running' | 'handoff' | 'task' | 'paused';

/** The answer to "what now?": number `turn` of the journey. */
export interface Turn {
  readonly turn: number;
  readonly move: Move;
  /** Absent: running. */
  readonly status?: JourneyStatus;
  /** Only in a rehearsal: when the recipient's script has its next event for this journey. */
  readonly nextScriptedAt?: Instant | null;
  /** Only in a rehearsal: business time that the journey has reached by the clock of another one, which it waited for. */
  readonly reachedAt?: Instant;
}
