import { failure } from '../domain/errors';
import type { Facts } from '../domain/facts';
import { hindranceOf } from '../domain/journey/hindrance';
import type { Turn, WebhookOutcome } from '../domain/journey/move';
import { frozenMs } from '../domain/pause/holding';
import type { Definition } from '../domain/sequence/definition';
import type { WebhookStep } from '../domain/steps/webhook';
import { messageBody } from '../domain/webhook/message';
import { type Endpoint, endpointOf } from '../domain/webhook/rules';
import type { Tx } from '../store/db';
import { lockJourney, type OpenJourney } from '../store/journeys';
import { factsFor, takeTurn } from '../store/turn';
import { planWebhook, type WebhookRow } from '../store/webhooks';
import { settleUntold } from './settle-webhook';
import type { WebhookActivities } from './types';
import type { WebhookDeps } from './webhook-deps';

export type WebhookRequest = Parameters<WebhookActivities['sendWebhook']>[0];

/** A message that is ready to go. */
export interface HeldWebhook extends WebhookRow {
  readonly id: string;
  readonly step: WebhookStep;
  readonly endpoint: string;
  /** Undefined: the rules have no such endpoint. */
  readonly limits: Endpoint | undefined;
  readonly body: string;
  /** For how long clocks have stood still since the journey came to the step (ms). */
  readonly frozenMs: number;
}

export type BegunWebhook =
  | { readonly type: 'turn'; readonly turn: Turn }
  | { readonly type: 'held'; readonly held: HeldWebhook };

/** Under the contact's lock: asks the goal, the exits and the pauses, and writes the message; or goes on without it. */
export async function beginWebhook(tx: Tx, deps: WebhookDeps, request: WebhookRequest): Promise<BegunWebhook> {
  const { journeyId, turn, now, stepId, key: id } = request;
  const journey = await lockJourney(tx, journeyId);
  if (journey.turn !== turn) return { type: 'turn', turn: await takeTurn(tx, deps.turn, { journeyId, turn, now }) };
  const { contactId, leadId, definition } = journey;
  const step = webhookStep(definition, stepId);
  const { endpoint, send } = step;
  const row = await planWebhook(tx, { id, journeyId, contactId, stepId, endpoint, now });
  const facts = await factsFor(tx, deps.turn, { journey, now, pausesSince: row.plannedAt });
  const hindered = hindrance(journey, facts, now);
  if (hindered) return { type: 'turn', turn: await settleUntold(tx, deps, { request, journey, outcome: hindered }) };
  const { sequence } = definition;
  const body = messageBody({ contactId, leadId, journeyId, sequence, stepId, send, facts, plannedAt: row.plannedAt });
  const limits = endpointOf(deps.turn.rules.webhooks, endpoint);
  const frozen = frozenMs(facts.pauses ?? [], row.plannedAt, now);
  return { type: 'held', held: { ...row, id, step, endpoint, limits, body, frozenMs: frozen } };
}

function webhookStep({ sequence, steps }: Definition, stepId: string): WebhookStep {
  const step = steps.find(({ id }) => id === stepId);
  if (step?.type === 'webhook') return step;
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${sequence} has no webhook "${stepId}"` });
}

/** Nothing is told then. */
function hindrance(journey: OpenJourney, facts: Facts, now: number): WebhookOutcome | undefined {
  const { definition, id: journeyId, last } = journey;
  const found = hindranceOf(definition, { journeyId, facts, now, seen: last.state.seen });
  if (!found) return undefined;
  const { reason } = found;
  if (found.type === 'skip') return { effect: 'webhook', status: 'skipped', reason };
  return { effect: 'webhook', status: 'deferred', until: found.until, reason };
}
