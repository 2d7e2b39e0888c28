import type { Instant } from '../ids';
import type { Accounts } from './account-rules';
import { type AccountHealth, HEALTHY } from './health';
import { NO_PACE, type Pace } from './pace';
import type { Place } from './warm-up';

/** By which account a mail goes. `place`: what it takes of a warm-up plan; null: nothing, or nothing more. */
export type AccountChoice =
  | {
      readonly type: 'go';
      readonly account: string;
      readonly place: Place | null;
      /** It finds out whether the account works again. */
      readonly isProbe: boolean;
    }
  | AccountWait;

/** No account that may send it can take it now. */
export interface AccountWait {
  readonly type: 'wait';
  /** The one that can soonest. */
  readonly account: string;
  readonly until: Instant;
  readonly reason: string;
  /** `day`: for a day on which its plan has room, where it has its place; `slot`: by its rates, as `paceOf` says; `rest`; `full`: for a moment. */
  readonly cause: 'day' | 'slot' | 'rest' | 'full';
  readonly place: Place | null;
}

/** How an account stands beside its rules: what all workers know. */
export interface AccountStanding {
  readonly health: AccountHealth;
  readonly pace: Pace;
  /** Mails on their way by it. */
  readonly underWay: number;
}
export const UNTRIED: AccountStanding = { health: HEALTHY, pace: NO_PACE, underWay: 0 };

/** What a send was tried with, or waits for. */
export interface Kept {
  readonly account: string;
  /** On which it has a place in the account's plan. */
  readonly day: string | null;
  /** When its slot was promised to be. */
  readonly slot: Instant | null;
  /** It may have arrived by that account: it goes by no other. */
  readonly isInDoubt: boolean;
}

export interface AccountQuestion {
  readonly accounts: Accounts;
  readonly sendId: string;
  readonly purpose: string;
  /** What the account stays with: see `accountKey`. */
  readonly key: string;
  readonly kept: Kept | null;
  /** Places that are taken, by `placeKey`; none for an account and day that is missing. */
  readonly taken: ReadonlyMap<string, number>;
  /** By account; `UNTRIED` for one that is missing. */
  readonly standings: ReadonlyMap<string, AccountStanding>;
  readonly now: Instant;
  /** Of the company, whose days the plans count. */
  readonly zone: string;
}

export const standingOf = ({ standings }: Pick<AccountQuestion, 'standings'>, account: string): AccountStanding =>
  standings.get(account) ?? UNTRIED;
