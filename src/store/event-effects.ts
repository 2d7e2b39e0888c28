import { z } from 'zod';
import type { Decision, DecisionKind } from '../domain/decision';
import { failure } from '../domain/errors';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { keyOf } from '../domain/ids';
import { applyPurchase } from './clients';
import { recordConsent } from './contacts';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import type { TurnDeps } from './turn';

interface Arrived {
  readonly event: IncomingEvent;
  readonly interactionId: string;
}
type Effect = (tx: Tx, deps: TurnDeps, arrived: Arrived) => Promise<void>;

const purchaseSchema = z.object({ reference: z.string().min(1).max(200), amount: z.number().min(-1e12).max(1e12) });
const bounceSchema = z.object({ kind: z.enum(['hard', 'soft']).default('hard') });
const unsubscribeSchema = z.object({ purpose: z.string().max(60).default('marketing') });

/** What Viveiro itself does about events that it knows. A company's own events have no entry. */
const EFFECTS: { readonly [type: string]: Effect } = {
  [EVENTS.purchase]: (tx, deps, arrived) => purchase(tx, deps, arrived, false),
  [EVENTS.purchaseReturned]: (tx, deps, arrived) => purchase(tx, deps, arrived, true),
  [EVENTS.mailBounced]: bounced,
  [EVENTS.mailUnsubscribed]: unsubscribed,
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

async function bounced(tx: Tx, _deps: TurnDeps, { event, interactionId }: Arrived): Promise<void> {
  if (parsed(bounceSchema, event).kind === 'soft') return;
  await tx.$executeRaw`
    INSERT INTO suppression (email, reason, at) SELECT email, 'hard_bounce', ${new Date(event.at)} FROM contact
    WHERE id = ${event.contactId}::uuid ON CONFLICT (email) DO NOTHING`;
  const reason = 'the address does not take mail: hard bounce';
  await decide(tx, { event, interactionId, kind: 'suppress', outcome: 'suppressed', reason });
}

async function unsubscribed(tx: Tx, _deps: TurnDeps, { event, interactionId }: Arrived): Promise<void> {
  const { purpose } = parsed(unsubscribeSchema, event);
  const { contactId, at } = event;
  await recordConsent(tx, {
    contactId,
    purpose,
    granted: false,
    basis: 'consent',
    text: 'unsubscribed',
    source: event.type,
    at,
  });
  const reason = `unsubscribed from ${purpose} mail`;
  await decide(tx, { event, interactionId, kind: 'consent', outcome: 'withdrawn', reason });
}

async function decide(
  tx: Tx,
  o: Arrived & { readonly kind: DecisionKind; readonly outcome: string; readonly reason: string },
): Promise<void> {
  const { contactId, journeyId, at } = o.event;
  const { kind, outcome, reason } = o;
  const decision: Decision = { key: keyOf(kind, o.interactionId), contactId, journeyId, kind, outcome, reason, at };
  await recordDecisions(tx, [decision]);
}
