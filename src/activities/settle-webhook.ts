import type { Decision } from '../domain/decision';
import { keyOf } from '../domain/ids';
import type { Turn, WebhookOutcome } from '../domain/journey/move';
import { type Reply, USUAL_LIMITS, webhookOutcome } from '../domain/webhook/settle';
import type { Tx } from '../store/db';
import { recordDecisions } from '../store/decisions';
import { lockJourney, type OpenJourney } from '../store/journeys';
import { takeTurn } from '../store/turn';
import { settleWebhook } from '../store/webhooks';
import type { HeldWebhook, WebhookRequest } from './begin-webhook';
import type { WebhookDeps } from './webhook-deps';

interface Replied {
  readonly request: WebhookRequest;
  readonly held: HeldWebhook;
  readonly reply: Reply;
}

/**
 * Writes what came of a try, and takes the journey's next turn with what the answer gives, all in the caller's transaction: the
 * answer of another system may say anything about a person, and never leaves the database. Another worker may have been faster:
 * then its turn is the answer.
 */
export async function settleReply(tx: Tx, deps: WebhookDeps, { request, held, reply }: Replied): Promise<Turn> {
  const { journeyId, turn, now, key } = request;
  const journey = await lockJourney(tx, journeyId);
  if (journey.turn !== turn) return takeTurn(tx, deps.turn, { journeyId, turn, now });
  const { attempts, plannedAt, frozenMs, step } = held;
  const limits = held.limits ?? USUAL_LIMITS;
  const outcome = webhookOutcome(reply, { key, attempts, plannedAt, now, frozenMs, limits, set: step.set });
  return settled(tx, deps, { request, journey, outcome, isTried: true });
}

interface Untold {
  readonly request: WebhookRequest;
  readonly journey: OpenJourney;
  readonly outcome: WebhookOutcome;
}

/** Goes on without having told anyone. */
export const settleUntold = (tx: Tx, deps: WebhookDeps, untold: Untold): Promise<Turn> =>
  settled(tx, deps, { ...untold, isTried: false });

async function settled(
  tx: Tx,
  deps: WebhookDeps,
  { request, journey, outcome, isTried }: Untold & { readonly isTried: boolean },
): Promise<Turn> {
  const { journeyId, turn, now, key } = request;
  const { status, reason } = outcome;
  await settleWebhook(tx, { id: key, status, reason, at: now, isTried });
  if (outcome.status === 'deferred' && isTried) await recordDecisions(tx, [putOff(request, journey, outcome)]);
  return takeTurn(tx, deps.turn, { journeyId, contactId: journey.contactId, turn, now, outcome });
}

/** All else the turn itself tells. */
function putOff(
  { key, journeyId, stepId, turn, now: at }: WebhookRequest,
  { contactId }: OpenJourney,
  { reason, until }: Extract<WebhookOutcome, { status: 'deferred' }>,
): Decision {
  const again = new Date(until).toISOString().slice(0, 16).replace('T', ' ');
  return {
    key: keyOf('webhook', key, turn),
    contactId,
    journeyId,
    stepId,
    kind: 'webhook',
    outcome: 'deferred',
    reason: `${reason}; tried again at ${again} UTC`,
    at,
    data: { webhookId: key },
  };
}
