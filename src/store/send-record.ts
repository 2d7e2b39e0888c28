import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type Db, lockContact, Prisma, transaction } from './db';
import { millis } from './fact-columns';
import { reconcile } from './reconcile';
import { listAttempts, type RecordedAttempt } from './send-attempts';
import type { SendStatus } from './sends';
import type { TurnDeps } from './turn';

/** A send as people see it. */
export interface SendRecord {
  readonly id: string;
  readonly status: SendStatus;
  readonly contactId: string | null;
  readonly journeyId: string | null;
  readonly recipient: string;
  readonly purpose: string;
  readonly template: string;
  readonly subject: string | null;
  readonly messageId: string;
  readonly reason: string;
  readonly plannedAt: Instant;
  readonly settledAt: Instant | null;
}

/** A send with its tries that have ended, the oldest first. Throws VIV_SEND_UNKNOWN. */
export async function findSendRecord(
  db: Db,
  id: string,
): Promise<SendRecord & { readonly attempts: readonly RecordedAttempt[] }> {
  const [send] = await db.$queryRaw<SendRecord[]>`
    SELECT id, status, contact_id AS "contactId", journey_id AS "journeyId", recipient, purpose, template, subject,
      message_id AS "messageId", coalesce(reason, '') AS reason, ${millis(Prisma.sql`planned_at`)} AS "plannedAt",
      ${millis(Prisma.sql`settled_at`)} AS "settledAt"
    FROM send WHERE id = ${id}::uuid`;
  if (!send) throw failure('VIV_SEND_UNKNOWN', { send: id });
  return { ...send, attempts: await listAttempts(db, id) };
}

/** How many sends stand as what, over all time. */
export async function countSends(db: Db): Promise<{ readonly [status: string]: number }> {
  const rows = await db.$queryRaw<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM send GROUP BY status ORDER BY status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

export interface ByHand {
  readonly sendId: string;
  readonly status: 'accepted' | 'rejected';
  /** How the person knows. */
  readonly reason: string;
  readonly now: Instant;
}

/** Ends the doubt about a send by a person's word. Throws VIV_SEND_UNKNOWN, and VIV_SEND_SETTLED where there is none. */
export async function settleByHand(db: Db, deps: TurnDeps, { sendId, status, reason, now }: ByHand): Promise<void> {
  const { contactId, ...send } = await findSendRecord(db, sendId);
  const isSettled = await transaction(db, async (tx) => {
    if (contactId !== null) await lockContact(tx, contactId);
    return reconcile(tx, deps, { sendId, status, reason: `by hand: ${reason}`, at: now });
  });
  if (!isSettled) throw failure('VIV_SEND_SETTLED', { send: sendId, status: send.status });
}
