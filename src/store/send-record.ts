import { failure } from '../domain/errors';
import { type Instant, keyOf, newId } from '../domain/ids';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';
import { enqueue } from './outbox';
import { reconcile } from './reconcile';
import { listAttempts, type RecordedAttempt } from './send-attempts';
import type { MailOfStep, SendStatus } from './sends';
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

/** What a send is, for whoever writes it once more. */
export async function mailOfSend(tx: Tx, sendId: string): Promise<MailOfStep & { readonly stepId: string }> {
  const [mail] = await tx.$queryRaw<(MailOfStep & { readonly stepId: string })[]>`
    SELECT step_id AS "stepId", template, purpose, variant FROM send WHERE id = ${sendId}::uuid`;
  if (!mail) throw failure('VIV_SEND_UNKNOWN', { send: sendId });
  return { ...mail, variant: mail.variant ?? undefined };
}

/** What a worker is told of a mail that a person wants to go out once more. */
export interface AskedAgain {
  readonly sendId: string;
  readonly journeyId: string;
  /** Of this asking: it leads to one try at most. */
  readonly askId: string;
}

/** Whether a worker has answered this asking before. */
export async function hadItsTry(tx: Tx, askId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`SELECT 1 FROM decision WHERE key = ${keyOf('again', askId)}`;
  return rows.length > 0;
}

/**
 * Lets a worker send a mail in doubt once more, if the gate allows it. Throws VIV_SEND_UNKNOWN, and VIV_SEND_SETTLED for what is in
 * no doubt, or is still in the hands of a worker or of its journey.
 */
export async function askAgain(db: Db, { sendId, reason, now }: Omit<ByHand, 'status'>): Promise<void> {
  const { contactId, journeyId } = await findSendRecord(db, sendId);
  await transaction(db, async (tx) => {
    if (contactId !== null) await lockContact(tx, contactId);
    const [send] = await tx.$queryRaw<{ status: string; stepId: string }[]>`
      SELECT status, step_id AS "stepId" FROM send WHERE id = ${sendId}::uuid`;
    const { status = 'erased', stepId } = send ?? {};
    if (contactId === null || journeyId === null)
      throw failure('VIV_SEND_SETTLED', { send: sendId, status: `${status}, to nobody who is on record` });
    if (status !== 'unknown') throw failure('VIV_SEND_SETTLED', { send: sendId, status });
    const askId = newId();
    const said = { kind: 'unknown', outcome: 'asked for again', reason: `by hand: ${reason}`, at: now } as const;
    await recordDecisions(tx, [
      { ...said, key: keyOf('asked', askId), contactId, journeyId, stepId, data: { sendId } },
    ]);
    await enqueue(tx, [{ task: 'send_again', payload: { sendId, journeyId, askId } }]);
  });
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
