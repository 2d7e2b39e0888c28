import type { LifecycleRules } from '../client/rules';
import { statusAfterPurchase } from '../client/status';
import type { ClientFacts } from '../facts';
import type { Instant } from '../ids';

/** A client, and since when it has its status. */
interface Since {
  readonly client: ClientFacts | null;
  readonly since: Instant;
}

/** The client after a purchase. */
export function clientAfter(
  lifecycle: LifecycleRules,
  { client, since }: Since,
  { amount, at }: { readonly amount: number; readonly at: Instant },
): Since {
  const before = client && { status: client.status, statusAt: since, lastPurchaseAt: client.lastPurchaseAt };
  const { status, asOf } = statusAfterPurchase(lifecycle, before, at);
  return {
    since: status === client?.status ? since : asOf,
    client: {
      status,
      firstPurchaseAt: Math.min(client?.firstPurchaseAt ?? at, at),
      lastPurchaseAt: Math.max(client?.lastPurchaseAt ?? at, at),
      purchases: (client?.purchases ?? 0) + 1,
      revenue: (client?.revenue ?? 0) + amount,
    },
  };
}
