import { TRANSACTIONAL } from '../domain/consent/scope';
import { type Instant, newId } from '../domain/ids';
import type { Attempt } from '../domain/send/delivery';
import { isAbout } from './address-sql';
import { type Db, noteLock, Prisma, single, type Tx } from './db';
import { LEASE_IS_OVER } from './lease';
import { insertAttempt, MAY_HAVE_ARRIVED, recordLost } from './send-attempts';
import type { SendRow, SendStatus } from './sends';

/** Whoever holds it may send: until another one takes the send over, which ends it. */
export interface Claim {
  readonly sendId: string;
  readonly token: string;
  readonly messageId: string;
}

export interface ClaimRequest {
  readonly send: SendRow;
  readonly recipient: string;
  /** Kept if the send has none yet. */
  readonly messageId: string;
  /** Of its template; null: it is never published. */
  readonly templateVersionId: string | null;
  readonly leaseMs: number;
  /** By which account it goes, and the day of its plan on which it has a place; null: there is only one way. */
  readonly by?: AccountOfSend | null;
}

export interface AccountOfSend {
  readonly account: string;
  /** Null: it needs no place. */
  readonly day: string | null;
}

/** Claims a send that stands as it was read, and on which nobody works; null: another one was faster. */
export async function claimSend(tx: Tx, claim: ClaimRequest): Promise<Claim | null> {
  const { send, recipient, messageId, templateVersionId, leaseMs, by } = claim;
  const token = newId();
  const id = send.messageId || messageId;
  const count = await tx.$executeRaw`
    UPDATE send s SET status = 'claimed', recipient = ${recipient}, message_id = ${id}, lease_token = ${token}::uuid, heard = NULL,
      template_version_id = coalesce(template_version_id, ${templateVersionId}::uuid),
      account = coalesce(${by?.account ?? null}, account), account_slot = NULL, account_day = coalesce(${by?.day ?? null}::date,
        CASE WHEN account IS NOT DISTINCT FROM ${by?.account ?? null} THEN account_day END),
      attempts = attempts + CASE status WHEN 'dispatching' THEN 1 ELSE 0 END,
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    WHERE s.id = ${send.id}::uuid AND s.status = ${send.status} AND s.lease_token IS NOT DISTINCT FROM ${send.leaseToken}::uuid
      AND ${LEASE_IS_OVER}`;
  if (count !== 1) return null;
  await recordLost(tx, send);
  return { sendId: send.id, token, messageId: id };
}

export interface NewSend {
  readonly id: string;
  readonly journeyId: string;
  readonly handoffId: string;
  readonly stepId: string;
  readonly recipient: string;
  readonly purpose: string;
  readonly template: string;
  readonly templateVersionId: string | null;
  readonly messageId: string;
  readonly now: Instant;
  readonly leaseMs: number;
  readonly by?: AccountOfSend | null;
}

/** Plans and claims the mail of a handoff in one; null: another one was faster. */
export async function claimNewSend(tx: Tx, send: NewSend): Promise<Claim | null> {
  const token = newId();
  const { id: sendId, messageId } = send;
  const isOurs = await insertSend(tx, { ...send, status: 'claimed', token, reason: null });
  return isOurs ? { sendId, token, messageId } : null;
}

/** Plans the mail of a handoff that no account can take now. False: another one was faster. */
export const deferNewSend = (
  tx: Tx,
  send: Omit<NewSend, 'messageId' | 'leaseMs' | 'by'> & { readonly reason: string },
): Promise<boolean> => insertSend(tx, { ...send, status: 'deferred', messageId: '', token: null, leaseMs: null });

interface InsertedSend extends Omit<NewSend, 'leaseMs'> {
  readonly status: 'claimed' | 'deferred';
  /** Of its claim, with how long it holds; null: nobody works on it. */
  readonly token: string | null;
  readonly leaseMs: number | null;
  readonly reason: string | null;
}

async function insertSend(tx: Tx, send: InsertedSend): Promise<boolean> {
  const { id, journeyId, handoffId, stepId, recipient, purpose, template, status, messageId, token, leaseMs, by } =
    send;
  const at = new Date(send.now);
  const count = await tx.$executeRaw`
    INSERT INTO send (id, journey_id, handoff_id, step_id, recipient, purpose, template, template_version_id, status,
      message_id, planned_at, settled_at, reason, lease_token, account, account_day, lease_until)
    VALUES (${id}::uuid, ${journeyId}::uuid, ${handoffId}::uuid, ${stepId}, ${recipient}, ${purpose}, ${template},
      ${send.templateVersionId}::uuid, ${status}, ${messageId}, ${at}, ${status === 'deferred' ? at : null}, ${send.reason},
      ${token}::uuid, ${by?.account ?? null}, ${by?.day ?? null}::date,
      clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond')
    ON CONFLICT (id) DO NOTHING`;
  return count === 1;
}

export interface Dispatched {
  readonly subject: string;
  readonly bodyHash: string;
  readonly leaseMs: number;
  readonly links: readonly {
    readonly id: string;
    readonly contactId: string;
    readonly name: string;
    readonly url: string;
  }[];
}

/**
 * Commits that the body is about to leave, and where its links lead. False: not a byte may leave, since the claim is lost, or the
 * address has been suppressed since. One statement outside any transaction: when it returns, it holds.
 */
export async function beginDispatch(db: Db, { sendId, token }: Claim, dispatched: Dispatched): Promise<boolean> {
  const { subject, bodyHash, leaseMs, links } = dispatched;
  const tx = single(db);
  const [row] = await tx.$queryRaw<{ gone: number }[]>`
    WITH gone AS (
      UPDATE send SET status = 'dispatching', subject = ${subject}, body_hash = ${bodyHash},
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${sendId}::uuid AND status = 'claimed' AND lease_token = ${token}::uuid
        AND NOT EXISTS (SELECT 1 FROM suppression WHERE ${isAbout(tx, Prisma.sql`lower(send.recipient)`)} AND ${IS_OVER_SEND})
      RETURNING id, contact_id),
    linked AS (
      INSERT INTO link (id, send_id, contact_id, name, url)
      SELECT l.id, gone.id, coalesce(gone.contact_id, l."contactId"), l.name, l.url
      FROM gone, json_to_recordset(${JSON.stringify(links)}::json) AS l(id uuid, "contactId" uuid, name text, url text)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url)
    SELECT count(*)::int AS gone FROM gone`;
  return row?.gone === 1;
}

/** Whether the scope of a suppression is over the mails of a send's purpose; src/domain/consent/scope.ts says the same. */
const IS_OVER_SEND = Prisma.sql`(scope IN ('everything', 'purpose:' || send.purpose)
  OR (scope = 'marketing' AND send.purpose <> ${TRANSACTIONAL}))`;

/** A sign of life: the lease lives on from now. False: the claim is lost, or its send has come to an end. */
export async function renewLease(db: Db, { sendId, token }: Claim, leaseMs: number): Promise<boolean> {
  const count = await single(db).$executeRaw`
    UPDATE send SET lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    WHERE id = ${sendId}::uuid AND lease_token = ${token}::uuid AND status IN ('claimed', 'dispatching')`;
  return count === 1;
}

/** Gives a claim back before its time: whoever looks next need not wait for the end of its lease. Of no effect when it is lost. */
export async function releaseClaim(db: Db, { sendId, token }: Claim): Promise<void> {
  await single(db).$executeRaw`
    UPDATE send SET lease_until = clock_timestamp()
    WHERE id = ${sendId}::uuid AND lease_token = ${token}::uuid AND status = 'claimed'`;
}

type SettledStatus = Extract<SendStatus, 'accepted' | 'deferred' | 'rejected' | 'unknown' | 'skipped'>;

export interface Settled {
  readonly status: SettledStatus;
  readonly reason: string;
  /** Business time. */
  readonly at: Instant;
}

export interface SettledTry extends Settled {
  readonly attempt: Attempt;
  /** Whose lock is taken first; null: of nobody. */
  readonly contactId: string | null;
  /** The try does not count against the mail. */
  readonly isSpared?: boolean | undefined;
}

const responseOf = ({ replyCode, problem }: Attempt): string | null => (replyCode === null ? null : problem);

/** Writes what came of the holder's try. False: the claim is lost, and another one says how it ended. */
export async function settleClaim(tx: Tx, { sendId, token }: Claim, settled: SettledTry): Promise<boolean> {
  const { status, reason, attempt, at, contactId, isSpared = false } = settled;
  // one statement: it takes the lock before it looks at the send, and looks again if the send has changed while it waited
  const count = await tx.$executeRaw`
    WITH locked AS (SELECT id FROM contact WHERE id = ${contactId}::uuid FOR UPDATE),
    ended AS (UPDATE send SET status = ${status}, reason = ${reason}, response = ${responseOf(attempt)},
      attempts = attempts + ${isSpared ? 0 : 1}, settled_at = ${new Date(at)}, lease_until = NULL, heard = NULL
      WHERE id = ${sendId}::uuid AND (${contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM locked))
        AND lease_token = ${token}::uuid AND status IN ('claimed', 'dispatching') RETURNING id, body_hash)
    ${insertAttempt(token, attempt)}`;
  if (contactId !== null && count === 1) noteLock(tx, contactId);
  return count === 1;
}

/**
 * A holder who hears from the server after all: the send that another one had to give up as `unknown` was accepted. False: it
 * stands as something else, or somebody else has tried it since.
 */
export async function settleLate(
  tx: Tx,
  { sendId, token }: Claim,
  accepted: Omit<SettledTry, 'status'>,
): Promise<boolean> {
  const { reason, attempt, at, contactId } = accepted;
  const count = await tx.$executeRaw`
    WITH locked AS (SELECT id FROM contact WHERE id = ${contactId}::uuid FOR UPDATE),
    ended AS (UPDATE send SET status = 'accepted', reason = ${reason}, response = ${responseOf(attempt)}, settled_at = ${new Date(at)}
      WHERE id = ${sendId}::uuid AND (${contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM locked))
        AND lease_token = ${token}::uuid AND status = 'unknown' RETURNING id, body_hash)
    ${insertAttempt(token, attempt)}`;
  return count === 1;
}

/** Settles a send on which nobody works and that stands as it was read, without a try. False: another one was faster. */
export async function settleUntried(tx: Tx, send: SendRow, { status, reason, at }: Settled): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE send s SET status = ${status}, reason = ${reason}, settled_at = ${new Date(at)}, lease_until = NULL,
      attempts = attempts + CASE status WHEN 'dispatching' THEN 1 ELSE 0 END
    WHERE s.id = ${send.id}::uuid AND s.status = ${send.status} AND s.lease_token IS NOT DISTINCT FROM ${send.leaseToken}::uuid
      AND ${LEASE_IS_OVER}`;
  if (count === 1) await recordLost(tx, send);
  return count === 1;
}

/** Settles a send whose worker is gone, by the final reply that it had noted. False: another one was faster. */
export async function settleHeard(
  tx: Tx,
  send: SendRow,
  { status, reason, at, attempt }: Omit<SettledTry, 'contactId'>,
): Promise<boolean> {
  const { id, leaseToken } = send;
  if (leaseToken === null) return false;
  const count = await tx.$executeRaw`
    WITH ended AS (UPDATE send s SET status = ${status}, reason = ${reason}, response = ${responseOf(attempt)},
      attempts = attempts + 1, settled_at = ${new Date(at)}, lease_until = NULL, heard = NULL
      WHERE s.id = ${id}::uuid AND s.status = 'dispatching' AND s.lease_token = ${leaseToken}::uuid AND ${LEASE_IS_OVER}
      RETURNING s.id, s.body_hash)
    ${insertAttempt(leaseToken, attempt)}`;
  return count === 1;
}

/** What becomes of a send `s` that is not tried any more: one of its tries may have arrived, or it was not sent. */
const NOT_TRIED_AGAIN = Prisma.sql`CASE WHEN s.attempts > 0 AND ${MAY_HAVE_ARRIVED} THEN 'unknown' ELSE 'skipped' END`;

/** A mail that was deferred and is not wanted any more. */
export async function skipDeferred(
  tx: Tx,
  { sendId, reason, at }: { readonly sendId: string; readonly reason: string; readonly at: Instant },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE send s SET status = ${NOT_TRIED_AGAIN}, reason = ${reason}, settled_at = ${new Date(at)}
    WHERE s.id = ${sendId}::uuid AND s.status = 'deferred'`;
}

/**
 * Settles what a journey has planned, or is about to try for the first time, as skipped: the journey is over. A claim is lost with
 * it, so not a byte leaves. What is on its way to the server, or may have been there before, is settled by its holder.
 */
export async function dropSends(
  tx: Tx,
  { journeyId, reason, at }: { readonly journeyId: string; readonly reason: string; readonly at: Instant },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE send s SET status = ${NOT_TRIED_AGAIN}, reason = ${reason}, settled_at = ${new Date(at)}, lease_until = NULL
    WHERE s.journey_id = ${journeyId}::uuid AND s.handoff_id IS NULL
      AND (s.status IN ('planned', 'deferred') OR (s.status = 'claimed' AND s.attempts = 0))`;
}
