import { durationText } from '../calendar/duration';
import type { ClientStatus } from '../facts';
import type { Instant } from '../ids';
import { dayOf } from './day';
import type { GateRules } from './rules';

/**
 * The one purpose for which a purchase stands in for consent: mail to clients about products of ours like those that they bought,
 * until they say no. Directive 2002/58/EC art. 13(2).
 */
export const SIMILAR_PRODUCTS = 'similar_products';

export interface ClientOfGate {
  readonly status: ClientStatus;
  readonly lastPurchaseAt: Instant | null;
}

/** Why soft opt-in does not hold for a contact; undefined: it does. */
export function notAClient(
  client: ClientOfGate | null | undefined,
  softOptIn: GateRules['softOptIn'],
  now: Instant,
): { readonly type: 'skip'; readonly reason: string } | undefined {
  const skip = (why: string) =>
    ({ type: 'skip', reason: `${SIMILAR_PRODUCTS} mail is for clients alone: ${why}` }) as const;
  if (!client) return skip('no purchase is on record, and no consent');
  if (client.status === 'ended') return skip('the contract has ended');
  const { lastPurchaseAt: at } = client;
  if (at === null) return skip('no purchase is on record, and no consent');
  if (softOptIn && at <= now - softOptIn.within)
    return skip(`the last purchase was on ${dayOf(at)}, longer ago than ${durationText(softOptIn.within)}`);
  return undefined;
}

/** Why mail may go out by soft opt-in. */
export const softOptInText = (client: ClientOfGate | null | undefined): string => {
  const since = typeof client?.lastPurchaseAt === 'number' ? `, who bought on ${dayOf(client.lastPurchaseAt)}` : '';
  return `soft opt-in of a client${since}: similar products alone, and each mail offers to stop them`;
};
