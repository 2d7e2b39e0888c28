import { chance } from '../chance';
import type { Instant } from '../ids';
import { isSentAgain } from '../send/settle';
import { type AccountChoice, type AccountQuestion, standingOf } from './account-question';
import { type AccountState, stateOf } from './health';
import { type PaceAnswer, paceOf } from './pace';
import { plannedPlace } from './warm-up';

/** Where a mail that waits for a moment looks again. */
const MOMENT_MS = 60_000;
/** A person who has put an account out says when it is back: nobody knows before. */
const OUT_MS = 15 * 60_000;

/** What one account makes of the mail: whether it is in use, has room in its plan, has a slot, and a connection to spare. */
export function viewOf(question: AccountQuestion, account: string): AccountChoice {
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
  const answer = slotOf(question, account);
  if (answer?.type === 'wait')
    return { ...wait, cause: 'slot', until: answer.until, reason: slotReason(account, answer.until) };
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

/** Why a mail waits for its slot. */
export const slotReason = (account: string, until: Instant): string =>
  `account "${account}" has sent or promised all that its rates allow before ${minuteOf(until)}`;

/** What the rates of an account say; undefined: it has none. */
export function slotOf(question: AccountQuestion, account: string): PaceAnswer | undefined {
  const { accounts, kept, now, zone, purpose } = question;
  const { rates } = accounts[account] ?? {};
  if (!rates) return undefined;
  const slot = kept?.account === account ? kept.slot : null;
  return paceOf(standingOf(question, account).pace, { rates, now, zone, slot, isUrgent: isSentAgain(purpose) });
}
