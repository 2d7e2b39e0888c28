import { DAY_MS, dateText, dayOf, firstShowing, midnightOf, wallAt } from '../calendar/wall-clock';
import { chance } from '../chance';
import type { Instant } from '../ids';
import { isSentAgain } from '../send/settle';
import type { Accounts, WarmUp } from './account-rules';
import { isLane, laneOf } from './lanes';
import { domainOfAddress } from './mail-domain';
import type { DeliveryRules } from './rules';

/** One of the mails of a day that an account's warm-up plan allows. */
export interface Place {
  readonly account: string;
  /** By the clocks of the company: `2026-12-01`. */
  readonly day: string;
  /** Of how many; null: it is counted, and there is always room. */
  readonly most: number | null;
}

/** By which account a mail goes. `place`: what it takes of a warm-up plan; null: nothing, or nothing more. */
export type AccountChoice =
  | { readonly type: 'go'; readonly account: string; readonly place: Place | null }
  /** Every account that may send it has sent all that its plan allows today: it waits for the day on which there is room. */
  | {
      readonly type: 'wait';
      readonly account: string;
      readonly place: Place;
      readonly until: Instant;
      readonly reason: string;
    };

export interface AccountQuestion {
  readonly accounts: Accounts;
  readonly purpose: string;
  /** What the account stays with: see `accountKey`. */
  readonly key: string;
  /** With which the send was tried, or for which it waits, and the day on which it has a place. */
  readonly kept: { readonly account: string; readonly day: string | null } | null;
  /** Places that are taken, by `placeKey`; none for an account and day that is missing. */
  readonly taken: ReadonlyMap<string, number>;
  readonly now: Instant;
  /** Of the company, whose days the plans count. */
  readonly zone: string;
}

export const placeKey = (account: string, day: string): string => `${account} ${day}`;

/** The date that clocks in `zone` show. */
export const dayAt = (now: Instant, zone: string): string => dateText(dayOf(wallAt(now, zone)));

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
 * The account of a mail. A send keeps the one that it has for as long as that is declared, so a retry says the same from the same place.
 * Else one that serves the purpose, by weight and key, of those that have room today. A mail for which its recipient waits goes
 * whatever the plan says, and is counted. Undefined: no account serves the purpose.
 */
export function chooseAccount(question: AccountQuestion): AccountChoice | undefined {
  const { accounts, purpose, kept, now, zone } = question;
  const today = dayAt(now, zone);
  const own = kept && Object.hasOwn(accounts, kept.account) ? kept : null;
  if (own && own.day === today) return { type: 'go', account: own.account, place: null };
  const candidates = own ? [own.account] : ranked(question);
  const [first] = candidates;
  if (first === undefined) return undefined;
  const rooms = candidates.map((account) => firstRoom(question, account, today));
  const free = rooms.find(({ place }) => place.day === today);
  if (free) return { type: 'go', account: free.place.account, place: free.isPlanned ? free.place : null };
  if (isSentAgain(purpose)) return { type: 'go', account: first, place: { account: first, day: today, most: null } };
  const [soonest] = rooms.toSorted((a, b) => a.place.day.localeCompare(b.place.day)); // stable: by rank among equals
  return soonest && waiting(question, soonest.place, today);
}

function waiting({ zone }: AccountQuestion, place: Place, today: string): AccountChoice {
  const { account, day } = place;
  const reason = `account "${account}" has sent or promised all that its warm-up plan allows before ${day}`;
  return {
    type: 'wait',
    account,
    place,
    until: firstShowing(midnightOf(day) ?? 0, zone),
    reason: `${reason}, asked on ${today}`,
  };
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

interface Room {
  readonly place: Place;
  /** False: no plan speaks of the day. */
  readonly isPlanned: boolean;
}

/** The first day from today on that has room: there is one, since plans end. */
function firstRoom({ accounts, taken }: AccountQuestion, account: string, today: string): Room {
  const plan = accounts[account]?.warmUp;
  for (let day = today; ; day = dayAfter(day)) {
    const most = plan ? mostOn(plan, day) : null;
    if (most === null) return { place: { account, day, most }, isPlanned: false };
    if (most > (taken.get(placeKey(account, day)) ?? 0)) return { place: { account, day, most }, isPlanned: true };
  }
}

/** How many mails a plan allows on a day: none before it begins; null: it is over, and there is no limit. */
export function mostOn({ from, perDay }: WarmUp, day: string): number | null {
  const index = Math.round(((midnightOf(day) ?? 0) - (midnightOf(from) ?? 0)) / DAY_MS);
  if (index < 0) return 0;
  return perDay[index] ?? null;
}

const dayAfter = (day: string): string => dateText((midnightOf(day) ?? 0) + DAY_MS);

/** Whether an account of those still has a plan on a day: only then are places counted. */
export const isWarmingUp = (accounts: Accounts, day: string): boolean =>
  Object.values(accounts).some(({ warmUp }) => warmUp !== undefined && mostOn(warmUp, day) !== null);
