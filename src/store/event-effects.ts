import { z } from 'zod';
import { failure } from '../domain/errors';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { applyPurchase } from './clients';
import { give, withdraw, wordSchema } from './consent-effects';
import type { Tx } from './db';
import type { Arrived } from './event-decision';
import { bounced, bounceSchema, complained } from './mail-effects';
import type { TurnDeps } from './turn';

type Effect = (tx: Tx, deps: TurnDeps, arrived: Arrived) => Promise<void>;

const purchaseSchema = z.object({ reference: z.string().min(1).max(200), amount: z.number().min(-1e12).max(1e12) });

/** What Viveiro itself does about events that it knows. A company's own events have no entry. */
const EFFECTS: { readonly [type: string]: Effect } = {
  [EVENTS.purchase]: (tx, deps, arrived) => purchase(tx, deps, arrived, false),
  [EVENTS.purchaseReturned]: (tx, deps, arrived) => purchase(tx, deps, arrived, true),
  [EVENTS.mailBounced]: (tx, deps, arrived) => bounced(tx, deps, arrived, parsed(bounceSchema, arrived.event).kind),
  [EVENTS.mailSoftBounced]: (tx, deps, arrived) => bounced(tx, deps, arrived, 'soft'),
  [EVENTS.mailComplained]: complained,
  [EVENTS.mailUnsubscribed]: (tx, deps, arrived) => withdraw(tx, deps, arrived, parsed(wordSchema, arrived.event)),
  [EVENTS.consentWithdrawn]: (tx, deps, arrived) => withdraw(tx, deps, arrived, parsed(wordSchema, arrived.event)),
  [EVENTS.consentGiven]: (tx, deps, arrived) => give(tx, deps, arrived, parsed(wordSchema, arrived.event)),
};

/** Applies what an event means for client status, suppression and consent. Throws VIV_BODY_INVALID for properties that make no sense. */
export async function applyEvent(tx: Tx, deps: TurnDeps, arrived: Arrived): Promise<void> {
  await EFFECTS[arrived.event.type]?.(tx, deps, arrived);
}

function parsed<T extends z.ZodType>(schema: T, { type, properties }: IncomingEvent): z.output<T> {
  const result = schema.safeParse(properties ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${['properties', ...path].join('.')}: ${message}`);
  throw failure('VIV_BODY_INVALID', { problems: `${type}: ${problems.join('; ')}` });
}

async function purchase(tx: Tx, { rules }: TurnDeps, { event }: Arrived, isReturn: boolean): Promise<void> {
  const { reference, amount } = parsed(purchaseSchema, event);
  await applyPurchase(tx, rules.lifecycle, { contactId: event.contactId, reference, amount, isReturn, at: event.at });
}
