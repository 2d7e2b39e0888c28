import { chance } from '../chance';
import type { Instant } from '../ids';
import type { WebhookOutcome } from '../journey/move';
import { attributesFrom } from './answer';
import type { Endpoint } from './rules';

/** What came of one try to tell another system. */
export type Reply =
  | {
      readonly type: 'answered';
      readonly status: number;
      /** Null: larger than is read. */
      readonly body: string | null;
      /** What the header Retry-After asks for (ms). */
      readonly retryAfterMs?: number;
    }
  /** No answer, or no try at all: it may go better later. */
  | { readonly type: 'unreachable'; readonly problem: string }
  /** Never to be told: the address is one that must not be called. */
  | { readonly type: 'forbidden'; readonly problem: string };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The example of the specification, https://github.com/standard-webhooks/standard-webhooks, "Deliverability and reliability". */
const DELAYS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];
/** Of the delay, so that messages which failed together do not come back together. */
const MOST_JITTER = 0.2;
const MOST_RETRY_AFTER_MS = 24 * HOUR;
/** Statuses by which a server asks for another try: timeout, too early, too many requests. RFC 9110, 8470, 6585. */
const AGAIN: readonly number[] = [408, 425, 429];

/** Limits of an endpoint that the rules do not have: as if it had none of its own. */
export const USUAL_LIMITS = { tries: 10, retryFor: 24 * HOUR };

export interface TriedMessage {
  /** The id of the message. */
  readonly key: string;
  /** Tries before this one. */
  readonly attempts: number;
  /** When the journey came to the step. */
  readonly plannedAt: Instant;
  readonly now: Instant;
  /** For how long clocks have stood still since `plannedAt` (ms): that does not count. Default: never. */
  readonly frozenMs?: number;
  readonly limits: Pick<Endpoint, 'tries' | 'retryFor'>;
  /** Attributes that are wanted, with their places in the answer. */
  readonly set: { readonly [attribute: string]: string };
}

/** What follows from a try: 2xx is success, 4xx and redirects are final, all else is tried again for as long as the endpoint says. */
export function webhookOutcome(reply: Reply, tried: TriedMessage): WebhookOutcome {
  switch (reply.type) {
    case 'forbidden':
      return { effect: 'webhook', status: 'failed', reason: reply.problem };
    case 'unreachable':
      return later(tried, { reason: reply.problem, retryAfterMs: 0 });
    case 'answered':
      return answered(reply, tried);
    default:
      throw new TypeError(`unknown reply ${JSON.stringify(reply satisfies never)}`);
  }
}

function answered(reply: Extract<Reply, { type: 'answered' }>, tried: TriedMessage): WebhookOutcome {
  const { status, body, retryAfterMs = 0 } = reply;
  if (status >= 200 && status < 300) return delivered(status, body, tried);
  const reason = `answered ${status}`;
  if (status >= 500 || AGAIN.includes(status)) return later(tried, { reason, retryAfterMs });
  const isRedirect = status >= 300 && status < 400;
  return {
    effect: 'webhook',
    status: 'failed',
    reason: isRedirect ? `${reason}; redirects are not followed, change the url of the endpoint` : reason,
  };
}

function delivered(status: number, body: string | null, { set: wanted }: TriedMessage): WebhookOutcome {
  const { set, missing } = attributesFrom(body ?? '', wanted);
  const why = body === null ? 'which is too large to be read' : 'or not as an attribute can be';
  const told = missing.length > 0 ? `; not in the answer, ${why}: ${missing.join(', ')}` : '';
  return { effect: 'webhook', status: 'delivered', set, reason: `answered ${status}${told}` };
}

function later(
  { key, attempts, plannedAt, now, frozenMs = 0, limits }: TriedMessage,
  { reason, retryAfterMs }: { readonly reason: string; readonly retryAfterMs: number },
): WebhookOutcome {
  const usual = DELAYS[Math.min(attempts, DELAYS.length - 1)] ?? 0;
  const spread = usual * (1 + MOST_JITTER * chance('webhook', key, attempts));
  const until = now + Math.round(Math.max(spread, Math.min(retryAfterMs, MOST_RETRY_AFTER_MS)));
  if (attempts + 1 < limits.tries && until <= plannedAt + frozenMs + limits.retryFor)
    return { effect: 'webhook', status: 'deferred', until, reason };
  const tries = attempts === 0 ? '1 try' : `${attempts + 1} tries`;
  return { effect: 'webhook', status: 'failed', reason: `given up after ${tries}: ${reason}` };
}
