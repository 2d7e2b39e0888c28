import { EVENTS } from '../event';
import type { ArrivalKind } from './arrival';

/** What something of one kind means for its contact and for its send. */
export interface Consequence {
  /** On the contact's log; null: nothing. */
  readonly event: string | null;
  /** How a send ends of which nobody knew whether it went out; null: it stays in doubt. */
  readonly send: 'accepted' | 'rejected' | null;
  /** For people. */
  readonly called: string;
}

/**
 * Whoever bounces, delays, answers or complains has had the mail, or had the relay try: only a bounce says that it did not arrive.
 */
export const CONSEQUENCES: { readonly [K in ArrivalKind]: Consequence } = {
  hard: { event: EVENTS.mailBounced, send: 'rejected', called: 'hard bounce' },
  soft: { event: EVENTS.mailSoftBounced, send: 'rejected', called: 'soft bounce' },
  block: { event: EVENTS.mailBlocked, send: 'rejected', called: 'block' },
  delayed: { event: EVENTS.mailDelayed, send: 'accepted', called: 'delayed' },
  delivered: { event: EVENTS.mailDelivered, send: 'accepted', called: 'delivered' },
  accepted: { event: null, send: 'accepted', called: 'taken by the relay' },
  complaint: { event: EVENTS.mailComplained, send: 'accepted', called: 'complaint' },
  auto_reply: { event: EVENTS.mailAutoReplied, send: 'accepted', called: 'automatic reply' },
  reply: { event: EVENTS.mailReplied, send: 'accepted', called: 'reply' },
  unsubscribe: { event: EVENTS.mailUnsubscribed, send: 'accepted', called: 'unsubscribe' },
  unknown: { event: null, send: null, called: 'not understood' },
};
