import type { ClientStatus } from '../facts';
import type { Instant } from '../ids';
import type { LifecycleRules } from './rules';

const DAY_MS = 86_400_000;

/**
 * The status that recency gives at `now`: pre-inactive from `preInactiveAfter` after the last purchase on, inactive from
 * `inactiveAfter` on. A contract that ended is not brought back by recency, and with no purchase on record nothing is known
 * that could change the status. src/store/sweep-statuses.ts gives the same answer in SQL.
 */
export function statusAt(
  rules: Pick<LifecycleRules, 'preInactiveAfter' | 'inactiveAfter'>,
  client: { readonly status: ClientStatus; readonly lastPurchaseAt: Instant | null },
  now: Instant,
): ClientStatus {
  const { status, lastPurchaseAt } = client;
  if (status === 'ended' || lastPurchaseAt === null) return status;
  const age = now - lastPurchaseAt;
  if (age >= rules.inactiveAfter) return 'inactive';
  return age >= rules.preInactiveAfter ? 'pre_inactive' : 'active';
}

/** Why recency gives its status: `130 days since the last purchase`, counted in whole days of 24 hours. */
export function recencyReason(lastPurchaseAt: Instant, now: Instant): string {
  return `${daysBetween(lastPurchaseAt, now)} since the last purchase`;
}

function daysBetween(from: Instant, to: Instant): string {
  const days = Math.max(0, Math.floor((to - from) / DAY_MS));
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

export interface ClientStanding {
  readonly status: ClientStatus;
  /** Since when it has this status. */
  readonly statusAt: Instant;
  readonly lastPurchaseAt: Instant | null;
}

export interface StatusAfter {
  readonly status: ClientStatus;
  /** The newest moment that is known of: the purchase, or the status if that is younger. */
  readonly asOf: Instant;
  readonly reason: string;
}

/**
 * The status after a purchase at `at`; a contact that was no client is active. A purchase that is told late is judged as of the
 * status it meets, so an older one than the last moves nothing, and nothing brings back a contract that ended after it.
 */
export function statusAfterPurchase(
  rules: Pick<LifecycleRules, 'preInactiveAfter' | 'inactiveAfter'>,
  client: ClientStanding | null,
  at: Instant,
): StatusAfter {
  if (!client) return { status: 'active', asOf: at, reason: 'the first purchase' };
  const { status: before, statusAt: since, lastPurchaseAt } = client;
  const asOf = Math.max(at, since);
  const isNewest = lastPurchaseAt === null || at > lastPurchaseAt;
  if (!isNewest || (before === 'ended' && at <= since)) return { status: before, asOf, reason: 'an older purchase' };
  const status = statusAt(rules, { status: 'active', lastPurchaseAt: at }, asOf);
  if (status !== 'active') return { status, asOf, reason: recencyReason(at, asOf) };
  return {
    status,
    asOf,
    reason:
      lastPurchaseAt === null ? 'a purchase' : `a purchase, ${daysBetween(lastPurchaseAt, at)} after the one before`,
  };
}
