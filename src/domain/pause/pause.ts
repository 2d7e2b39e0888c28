import type { Instant } from '../ids';

/**
 * What a pause means. `freeze`: clocks stop, a wait goes on by what was left of it. `elapse`: clocks run, actions wait.
 * `skip`: clocks run, mails and webhooks that fall due are dropped; handoffs and tasks wait, since dropping them would lose a lead.
 */
export type PauseMode = 'freeze' | 'elapse' | 'skip';

/** A pause of one sequence, of one contact, or of everything. */
export interface Pause {
  readonly id: string;
  readonly mode: PauseMode;
  /** For a person: `sequence course-nurture`, `contact`, `everything`. */
  readonly scope: string;
  /** Why, in the words of whoever began it. */
  readonly reason: string;
  readonly since: Instant;
  /** Null: it lasts. */
  readonly endedAt: Instant | null;
}

/** How many journeys per minute the end of a pause wakes, unless told. */
export const WOKEN_PER_MINUTE = 60;
export const MOST_WOKEN_PER_MINUTE = 100_000;
