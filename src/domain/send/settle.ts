import type { Instant } from '../ids';
import type { AccountFault, Delivery } from './delivery';

/** How a send stands after a try. */
export type Settlement =
  | { readonly status: 'accepted'; readonly reason: string }
  | { readonly status: 'rejected'; readonly reason: string; readonly isNoAddress: boolean }
  /** To be tried again at `until`, under the same id. */
  | {
      readonly status: 'deferred';
      readonly until: Instant;
      readonly reason: string;
      /** The try does not count: its account was at fault, and the mail stayed here. */
      readonly isSpared?: true;
    }
  /** Nobody knows whether the server has it; it is never tried again. */
  | { readonly status: 'unknown'; readonly reason: string };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Growing, as RFC 5321 §4.5.4.1 asks; the first is short, for servers that greylist (RFC 6647 §4.1). The last repeats. */
const DELAYS: readonly number[] = [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR];

/** Tries before a send is given up. A server that says "later" is believed for half a day; one that is gone may come back for a week. */
const MOST_TRIES = { put_off: 5, unreachable: 24, uncertain: 5 } as const;

/**
 * Purposes whose mails are worth a second copy: the recipient waits for them. All others are held when nobody knows whether
 * they arrived.
 */
export const isSentAgain = (purpose: string): boolean => purpose === 'transactional';

export interface Tried {
  readonly purpose: string;
  /** Tries that were made before this one. */
  readonly attempts: number;
  readonly now: Instant;
  /** Faults for which its account rests; left out: it has none, or never rests. */
  readonly spares?: readonly AccountFault[] | undefined;
  /** A byte of the body may have reached the server in this try. */
  readonly bodyLeft?: boolean;
}

/** A try whose worker was lost between the 354 and the final reply. */
export const LOST: Delivery = { type: 'uncertain', problem: 'the worker that was sending it is gone' };

/** How soon a mail is tried again that its account kept from its server: it goes by another one then, or waits for the end of the rest. */
const SPARED_MS = MINUTE;

/** What follows from a try. */
export function settlementOf(delivery: Delivery, tried: Tried): Settlement {
  const { fault } = delivery;
  if (fault !== undefined && delivery.type !== 'uncertain' && !tried.bodyLeft && tried.spares?.includes(fault)) {
    const reason = 'response' in delivery ? delivery.response : delivery.problem;
    return { status: 'deferred', until: tried.now + SPARED_MS, reason, isSpared: true };
  }
  switch (delivery.type) {
    case 'accepted':
      return { status: 'accepted', reason: delivery.response };
    case 'rejected':
      return { status: 'rejected', reason: delivery.response, isNoAddress: delivery.isNoAddress };
    case 'put_off':
    case 'unreachable': {
      const reason = delivery.type === 'put_off' ? delivery.response : delivery.problem;
      const given = `given up after ${tried.attempts + 1} tries: ${reason}`;
      return later(tried, { type: delivery.type, reason }) ?? { status: 'rejected', reason: given, isNoAddress: false };
    }
    case 'uncertain': {
      const reason = `the server gave no final reply: ${delivery.problem}`;
      const again = isSentAgain(tried.purpose) ? later(tried, { type: 'uncertain', reason }) : undefined;
      return again ?? { status: 'unknown', reason };
    }
    default:
      throw new TypeError(`unknown delivery ${JSON.stringify(delivery satisfies never)}`);
  }
}

function later(
  { attempts, now }: Tried,
  { type, reason }: { readonly type: keyof typeof MOST_TRIES; readonly reason: string },
): Settlement | undefined {
  if (attempts + 1 >= MOST_TRIES[type]) return undefined;
  const delay = DELAYS[Math.min(attempts, DELAYS.length - 1)] ?? 0;
  return { status: 'deferred', until: now + delay, reason };
}
