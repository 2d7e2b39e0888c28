import type { Instant, Json } from './ids';

export type DecisionKind =
  | 'enter'
  | 'branch'
  | 'wait'
  | 'send'
  | 'skip'
  | 'defer'
  | 'unknown'
  | 'update'
  | 'score'
  | 'stage'
  | 'handoff'
  | 'routing'
  | 'client'
  | 'goal'
  | 'exit'
  | 'end'
  | 'inbound'
  | 'suppress'
  | 'consent'
  | 'task'
  | 'webhook'
  | 'join'
  | 'pause'
  | 'migrate'
  | 'merge'
  | 'experiment';

/** Why something was done, or not done. Stored once per `key`. */
export interface Decision {
  readonly key: string;
  readonly contactId: string;
  readonly journeyId?: string;
  readonly stepId?: string;
  readonly kind: DecisionKind;
  /** One or two words: `accepted`, `yes`, `warm`. */
  readonly outcome: string;
  /** One sentence for a person, with the facts it rests on. */
  readonly reason: string;
  readonly at: Instant;
  readonly data?: { readonly [key: string]: Json };
}
