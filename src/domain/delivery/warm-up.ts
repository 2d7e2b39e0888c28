import { DAY_MS, dateText, dayOf, firstShowing, midnightOf, wallAt } from '../calendar/wall-clock';
import type { Instant } from '../ids';
import type { Accounts, WarmUp } from './account-rules';

/** One of the mails of a day that an account's warm-up plan allows. */
export interface Place {
  readonly account: string;
  /** By the clocks of the company: `2026-12-01`. */
  readonly day: string;
  /** Of how many; null: it is counted, and there is always room. */
  readonly most: number | null;
}

export const placeKey = (account: string, day: string): string => `${account} ${day}`;

/** The date that clocks in `zone` show. */
export const dayAt = (now: Instant, zone: string): string => dateText(dayOf(wallAt(now, zone)));

/** What an account's plan makes of a mail: room today, with the place that it takes; or the day for which it waits. */
export type Planned =
  | { readonly type: 'room'; readonly place: Place | null }
  | { readonly type: 'wait'; readonly place: Place; readonly until: Instant; readonly reason: string };

export interface PlanQuestion {
  readonly account: string;
  readonly plan: WarmUp | undefined;
  /** Places that are taken, by `placeKey`; none for an account and day that is missing. */
  readonly taken: ReadonlyMap<string, number>;
  /** The day of this account on which the mail has a place. */
  readonly day: string | null;
  /** Its recipient waits for it: it goes whatever the plan says, and is counted. */
  readonly isUrgent: boolean;
  readonly now: Instant;
  /** Of the company, whose days the plans count. */
  readonly zone: string;
}

/** Whether a mail has a place in an account's plan today. */
export function plannedPlace(question: PlanQuestion): Planned {
  const { account, day, isUrgent, now, zone } = question;
  const today = dayAt(now, zone);
  if (day === today) return { type: 'room', place: null };
  const { place, isPlanned } = firstRoom(question, today);
  if (place.day === today) return { type: 'room', place: isPlanned ? place : null };
  if (isUrgent) return { type: 'room', place: { account, day: today, most: null } };
  const until = firstShowing(midnightOf(place.day) ?? 0, zone);
  const reason = `account "${account}" has sent or promised all that its warm-up plan allows before ${place.day}`;
  return { type: 'wait', place, until, reason: `${reason}, asked on ${today}` };
}

/** Whether a mail goes beyond what the plan allows. */
export const isBeyondPlan = (place: Place | null): boolean => place !== null && place.most === null;

interface Room {
  readonly place: Place;
  /** False: no plan speaks of the day. */
  readonly isPlanned: boolean;
}

/** The first day from today on that has room: there is one, since plans end. */
function firstRoom({ plan, account, taken }: PlanQuestion, today: string): Room {
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
