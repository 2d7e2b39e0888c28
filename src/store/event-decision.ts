import type { Decision, DecisionKind } from '../domain/decision';
import type { IncomingEvent } from '../domain/event';
import { keyOf } from '../domain/ids';
import type { Tx } from './db';
import { recordDecisions } from './decisions';

/** An event that this transaction has recorded. */
export interface Arrived {
  readonly event: IncomingEvent;
  readonly interactionId: string;
}

/** Stores what was decided because of an event: one decision of each kind. */
export async function decide(
  tx: Tx,
  o: Arrived & { readonly kind: DecisionKind; readonly outcome: string; readonly reason: string },
): Promise<void> {
  const { contactId, journeyId, at } = o.event;
  const { kind, outcome, reason } = o;
  const decision: Decision = { key: keyOf(kind, o.interactionId), contactId, journeyId, kind, outcome, reason, at };
  await recordDecisions(tx, [decision]);
}
