import type { Attempt } from '../domain/send/delivery';
import { type Db, Prisma, type Tx } from './db';
import type { SendRow } from './sends';

/** Whether a try of the send `s` may have arrived of which no final reply was heard. */
export const MAY_HAVE_ARRIVED = Prisma.sql`EXISTS (
  SELECT 1 FROM send_attempt a WHERE a.send_id = s.id AND a.reached = 'dispatching')`;

/**
 * Writes a try that has ended, as part of the statement that settles the send: `ended` is what that statement calls the settled row.
 * A worker that was taken for gone may tell of its try after all.
 */
export const insertAttempt = (token: string, { outcome, reached, replyCode, problem }: Attempt): Prisma.Sql =>
  Prisma.sql`INSERT INTO send_attempt (token, send_id, outcome, reached, reply_code, problem, body_hash, ended_at)
    SELECT ${token}::uuid, ended.id, ${outcome}, ${reached}, ${replyCode}::int, ${problem},
      CASE WHEN ${reached} = 'claimed' THEN NULL ELSE ended.body_hash END, clock_timestamp() FROM ended
    ON CONFLICT (token) DO UPDATE SET outcome = excluded.outcome, reached = excluded.reached, reply_code = excluded.reply_code,
      problem = excluded.problem, ended_at = excluded.ended_at`;

/** Writes the try of a worker that is gone, from the send as it left it; nothing when none was under way. */
export async function recordLost(tx: Tx, { id, leaseToken, status, bodyHash }: SendRow): Promise<void> {
  if (leaseToken === null || (status !== 'claimed' && status !== 'dispatching')) return;
  await tx.$executeRaw`
    INSERT INTO send_attempt (token, send_id, outcome, reached, problem, body_hash, ended_at)
    VALUES (${leaseToken}::uuid, ${id}::uuid, 'lost', ${status}, 'the worker that was sending it is gone',
      ${status === 'dispatching' ? bodyHash : null}, clock_timestamp())
    ON CONFLICT (token) DO NOTHING`;
}

/** A try as it is on record. */
export interface RecordedAttempt extends Attempt {
  readonly bodyHash: string | null;
  readonly endedAt: Date;
}

/** The tries of a send that have ended, the oldest first. */
export function listAttempts(db: Db, sendId: string): Promise<readonly RecordedAttempt[]> {
  return db.$queryRaw<RecordedAttempt[]>`
    SELECT outcome, reached, reply_code AS "replyCode", problem, body_hash AS "bodyHash", ended_at AS "endedAt"
    FROM send_attempt WHERE send_id = ${sendId}::uuid ORDER BY ended_at, token`;
}
