import { chance } from '../chance';
import type { Instant } from '../ids';
import { isSentAgain } from '../send/settle';
import type { Accounts } from './account-rules';
import { type AccountHealth, type AccountState, HEALTHY, stateOf } from './health';
import { isLane, laneOf } from './lanes';
import { domainOfAddress } from './mail-domain';
import { NO_PACE, type Pace, type PaceAnswer, paceOf } from './pace';
import type { DeliveryRules } from './rules';
import { isBeyondPlan, type Place, plannedPlace } from './warm-up';

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
  /** `day`: for a day on which its plan has room, where it has its place; `turn`: by its rates, as `paceOf` says; `rest`; `full`: for a moment. */
  readonly cause: 'day' | 'turn' | 'rest' | 'full';
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
  /** When its turn was promised to be. */
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

/** What decides on the account of a mail: the same key, the same account, for as long as the accounts stay as they are. */
export function accountKey(
  rules: DeliveryRules,
  { email, sendId }: { readonly email: string; readonly sendId: string },
): string {
  switch (rules.accountBy) {
    case 'send':
      return sendId;
    case 'recipient':
      return email.toLowerCase();
    case 'domain': {
      const lane = laneOf(rules, email); // the names of one domain are one
      return isLane(rules, lane) ? lane : domainOfAddress(email);
    }
    default:
      throw new TypeError(`unknown ${JSON.stringify(rules.accountBy satisfies never)}`);
  }
}

/**
 * The account of a mail. A send keeps the one that it has for as long as that is declared and can be used, so a retry says the same from
 * the same place; one that may have arrived waits for it. Else one that serves the purpose, by weight and key, of those that can take it
 * now. A mail for which its recipient waits goes whatever a warm-up plan says, and is counted; it probes no account if another one can
 * take it. Undefined: no account serves the purpose.
 */
export function chooseAccount(question: AccountQuestion): AccountChoice | undefined {
  const views = candidates(question).map((account) => viewOf(question, account));
  const free = views.filter((view) => view.type === 'go');
  const isSure = ({ isProbe, place }: (typeof free)[number]) => !isProbe && !isBeyondPlan(place);
  const chosen = isSentAgain(question.purpose)
    ? (free.find(isSure) ?? free.find(({ isProbe }) => !isProbe) ?? free[0])
    : free[0];
  if (chosen) return chosen;
  const waits = views.filter((view) => view.type === 'wait');
  return waits.toSorted((a, b) => a.until - b.until)[0]; // stable: by rank among equals
}

/** In the order in which they are asked. */
function candidates(question: AccountQuestion): readonly string[] {
  const { accounts, kept } = question;
  const own = kept && Object.hasOwn(accounts, kept.account) ? kept : null;
  if (!own) return ranked(question);
  const state = stateOf(standingOf(question, own.account).health, question.now).type;
  if (own.isInDoubt || state === 'in_use') return [own.account];
  return [...new Set([...ranked(question), own.account])];
}

const standingOf = ({ standings }: AccountQuestion, account: string): AccountStanding =>
  standings.get(account) ?? UNTRIED;

/** Where a mail that waits for a moment looks again. */
const MOMENT_MS = 60_000;
/** A person who has put an account out says when it is back: nobody knows before. */
const OUT_MS = 15 * 60_000;

/** What one account makes of the mail: whether it is in use, has room in its plan, has a turn, and a connection to spare. */
function viewOf(question: AccountQuestion, account: string): AccountChoice {
  const { health, underWay } = standingOf(question, account);
  const { now, accounts, sendId, purpose, kept } = question;
  const own = kept?.account === account ? kept : null;
  const wait = { type: 'wait', account, place: null } as const;
  const state = stateOf(health, now);
  const rest = restOf(account, state, now);
  // all who wait wake one after the other, behind the one that probes
  if (rest)
    return { ...wait, ...rest, cause: 'rest', until: rest.until + Math.floor(MOMENT_MS * chance('rest', sendId)) };
  const { rates, warmUp: plan } = accounts[account] ?? {};
  const planned = plannedPlace({ ...question, account, plan, day: own?.day ?? null, isUrgent: isSentAgain(purpose) });
  if (planned.type === 'wait') return { ...wait, ...planned, cause: 'day' };
  if (rates?.atOnce !== undefined && underWay >= rates.atOnce)
    return { ...wait, cause: 'full', until: now + MOMENT_MS, reason: fullReason(account, rates.atOnce) };
  const turn = turnOf(question, account);
  if (turn?.type === 'wait')
    return { ...wait, cause: 'turn', until: turn.until, reason: turnReason(account, turn.until) };
  return { type: 'go', account, place: planned.place, isProbe: state.type === 'due' };
}

/** Since when and until when an account takes no mail; undefined: it does. */
function restOf(account: string, state: AccountState, now: Instant) {
  switch (state.type) {
    case 'in_use':
    case 'due':
      return undefined;
    case 'resting':
      return {
        until: state.until,
        reason: `account "${account}" rests until ${minuteOf(state.until)}: ${state.reason}`,
      };
    case 'probing':
      return {
        until: now + MOMENT_MS,
        reason: `one mail finds out whether account "${account}" works again: ${state.reason}`,
      };
    case 'out':
      return { until: now + OUT_MS, reason: `account "${account}" was put out by hand: ${state.reason}` };
    default:
      throw new TypeError(`unknown state ${JSON.stringify(state satisfies never)}`);
  }
}

const minuteOf = (at: Instant): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const fullReason = (account: string, atOnce: number): string =>
  `account "${account}" has mails on their way: ${atOnce}, which is all that it takes at once`;

/** Why a mail waits for its turn. */
export const turnReason = (account: string, until: Instant): string =>
  `account "${account}" has sent or promised all that its rates allow before ${minuteOf(until)}`;

/** What the rates of an account say; undefined: it has none. */
export function turnOf(question: AccountQuestion, account: string): PaceAnswer | undefined {
  const { accounts, kept, now, zone, purpose } = question;
  const { rates } = accounts[account] ?? {};
  if (!rates) return undefined;
  const slot = kept?.account === account ? kept.slot : null;
  return paceOf(standingOf(question, account).pace, { rates, now, zone, slot, isUrgent: isSentAgain(purpose) });
}

/** Those that name the purpose; if none does, those that name none. */
export function servingAccounts(accounts: Accounts, purpose: string): readonly string[] {
  const all = Object.entries(accounts);
  const named = all.filter(([, { purposes }]) => purposes?.includes(purpose));
  return (named.length > 0 ? named : all.filter(([, { purposes }]) => purposes === undefined)).map(([name]) => name);
}

/**
 * Weighted rendezvous: each account draws by the key, and the least draw comes first, as often as its weight says. An account that
 * comes takes its share from all, one that goes leaves its own to all, and nobody else moves.
 */
function ranked({ accounts, purpose, key }: AccountQuestion): readonly string[] {
  const drawn = servingAccounts(accounts, purpose).map((name) => ({
    name,
    draw: -Math.log1p(-chance('account', key, name)) / (accounts[name]?.weight ?? 1),
  }));
  return drawn.toSorted((a, b) => a.draw - b.draw).map(({ name }) => name);
}
