import type { Instant } from '../domain/ids';
import { Prisma, type Tx } from './db';
import { millis } from './fact-columns';

/** `planned` until it is tried; `deferred` is tried again; the others are final. */
export type WebhookStatus = 'planned' | 'deferred' | 'delivered' | 'failed' | 'skipped';

/** One message to another system. */
export interface WebhookRow {
  /** Tries before this one. */
  readonly attempts: number;
  /** When the journey came to the step. */
  readonly plannedAt: Instant;
  /** Real time (s since 1970): a matter of receivers' clocks, not of business. */
  readonly clockSeconds: number;
}

export interface PlannedWebhook {
  /** The key of the journey's effect. */
  readonly id: string;
  readonly journeyId: string;
  readonly contactId: string;
  readonly stepId: string;
  readonly endpoint: string;
  readonly now: Instant;
}

/** The row of a message, which is made when it is not there. */
export async function planWebhook(tx: Tx, planned: PlannedWebhook): Promise<WebhookRow> {
  const { id, journeyId, contactId, stepId, endpoint, now } = planned;
  const [row] = await tx.$queryRaw<WebhookRow[]>`
    INSERT INTO webhook AS w (id, journey_id, contact_id, step_id, endpoint, status, planned_at)
    VALUES (${id}::uuid, ${journeyId}::uuid, ${contactId}::uuid, ${stepId}, ${endpoint}, 'planned', ${new Date(now)})
    ON CONFLICT (id) DO UPDATE SET endpoint = excluded.endpoint
    RETURNING attempts, ${millis(Prisma.sql`w.planned_at`)} AS "plannedAt",
      floor(extract(epoch FROM clock_timestamp()))::float8 AS "clockSeconds"`;
  if (!row) throw new TypeError('a row that is inserted or there is returned');
  return row;
}

export interface SettledWebhook {
  readonly id: string;
  readonly status: Exclude<WebhookStatus, 'planned'>;
  readonly reason: string;
  readonly at: Instant;
  /** Whether the other system was asked. */
  readonly isTried: boolean;
}

/** Writes what came of a message, under the contact's lock. */
export async function settleWebhook(tx: Tx, { id, status, reason, at, isTried }: SettledWebhook): Promise<void> {
  await tx.$executeRaw`
    UPDATE webhook SET status = ${status}, reason = ${reason}, settled_at = ${new Date(at)},
      attempts = attempts + ${isTried ? 1 : 0} WHERE id = ${id}::uuid`;
}
