import type { Instant, Json } from '../ids';

/** What a recipient or rep of a rehearsal will do. */
export interface ScriptedEvent {
  readonly type: string;
  /** Virtual time. */
  readonly dueAt: Instant;
  readonly properties: { readonly [key: string]: Json };
}
