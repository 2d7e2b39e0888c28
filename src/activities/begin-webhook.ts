import { failure } from '../domain/errors';
import type { Facts } from '../domain/facts';
import type { Turn, WebhookOutcome } from '../domain/journey/move';
import { heldRule } from '../domain/journey/rules';
import { pauseText, standstillOf } from '../domain/pause/holding';
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
  const facts = await factsFor(tx, deps.turn, { journey, now });
  const hindered = hindrance(journey, facts, now);
  if (hindered) return { type: 'turn', turn: await settleUntold(tx, deps, { request, journey, outcome: hindered }) };
  const { sequence } = definition;
  const body = messageBody({ contactId, leadId, journeyId, sequence, stepId, send, facts, plannedAt: row.plannedAt });
  const limits = endpointOf(deps.turn.rules.webhooks, endpoint);
  return { type: 'held', held: { ...row, id, step, endpoint, limits, body } };
}

function webhookStep({ sequence, steps }: Definition, stepId: string): WebhookStep {
  const step = steps.find(({ id }) => id === stepId);
  if (step?.type === 'webhook') return step;
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${sequence} has no webhook "${stepId}"` });
}

/** A goal or exit that holds meanwhile, or a pause: nothing is told then. */
function hindrance(journey: OpenJourney, facts: Facts, now: number): WebhookOutcome | undefined {
  const { seen } = journey.last.state;
  const rule = heldRule(journey.definition, { journeyId: journey.id, facts, now, seen });
  if (rule) return { effect: 'webhook', status: 'skipped', reason: `the journey is over: ${rule.reason}` };
  const { holds, drops } = standstillOf(facts.pauses ?? [], now);
  if (holds) return { effect: 'webhook', status: 'deferred', until: now, reason: pauseText(holds) }; // the turn holds it there
  return drops && { effect: 'webhook', status: 'skipped', reason: pauseText(drops) };
}
