import type { Turn } from '../domain/journey/move';
import type { Reply } from '../domain/webhook/settle';
import { signatureHeaders } from '../mail/standard-webhooks';
import { transaction } from '../store/db';
import { beginWebhook, type HeldWebhook, type WebhookRequest } from './begin-webhook';
import { beating } from './heartbeat';
import { settleReply } from './settle-webhook';
import type { WebhookActivities } from './types';
import type { WebhookDeps } from './webhook-deps';
import { post } from './webhooks/post';

export type { WebhookDeps } from './webhook-deps';

/**
 * Tells another system of a journey's step and answers the journey's next turn: at least once, always under the same id, since a
 * worker may die between the answer and its own commit. Throws VIV_JOURNEY_UNKNOWN, VIV_TURN_STALE.
 */
export function createSendWebhook(deps: WebhookDeps): WebhookActivities {
  return { sendWebhook: (request) => beating(() => send(deps, request)) };
}

async function send(deps: WebhookDeps, request: WebhookRequest): Promise<Turn> {
  const begun = await transaction(deps.db, (tx) => beginWebhook(tx, deps, request));
  if (begun.type === 'turn') return begun.turn;
  const { held } = begun;
  const reply = await replyTo(deps, held);
  return transaction(deps.db, (tx) => settleReply(tx, deps, { request, held, reply }));
}

function replyTo(deps: WebhookDeps, { id, endpoint, limits, body, clockSeconds }: HeldWebhook): Promise<Reply> | Reply {
  const { reactions } = deps.turn;
  if (reactions) return rehearsed(reactions.answerOf(endpoint)); // sealed off: nothing leaves a rehearsal
  const problem = (what: string): Reply => ({ type: 'unreachable', problem: what });
  if (!limits) return problem(`endpoint ${endpoint} does not stand in rules/webhooks.yaml`);
  const { url, secretEnv, timeout: timeoutMs, allowPrivate } = limits;
  const headers = signatureHeaders(deps.secretOf(secretEnv) ?? '', { id, timestamp: clockSeconds, body });
  if (!headers) return problem(`${secretEnv} holds no secret like whsec_…, of 24 bytes or more in base64`);
  return post({ url, headers, body, timeoutMs, allowPrivate });
}

const rehearsed = ({ status, body }: { readonly status: number; readonly body: unknown }): Reply => ({
  type: 'answered',
  status,
  body: JSON.stringify(body),
});
