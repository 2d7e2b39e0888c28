import { type Instant, newId } from '../domain/ids';
import { type Db, noteLock, single, type Tx } from './db';
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
    UPDATE send SET status = 'claimed', recipient = ${recipient}, message_id = ${id}, lease_token = ${token}::uuid,
      template_version_id = coalesce(template_version_id, ${templateVersionId}::uuid),
      account = coalesce(${by?.account ?? null}, account), account_day = coalesce(${by?.day ?? null}::date, account_day),
      attempts = attempts + CASE status WHEN 'dispatching' THEN 1 ELSE 0 END,
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    WHERE id = ${send.id}::uuid AND status = ${send.status} AND lease_token IS NOT DISTINCT FROM ${send.leaseToken}::uuid
      AND (lease_until IS NULL OR lease_until <= clock_timestamp())`;
  return count === 1 ? { sendId: send.id, token, messageId: id } : null;
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
  const count = await tx.$executeRaw`
    INSERT INTO send (id, journey_id, handoff_id, step_id, recipient, purpose, template, template_version_id, status,
      message_id, planned_at, lease_token, account, account_day, lease_until)
    VALUES (${send.id}::uuid, ${send.journeyId}::uuid, ${send.handoffId}::uuid, ${send.stepId}, ${send.recipient}, ${send.purpose},
      ${send.template}, ${send.templateVersionId}::uuid, 'claimed', ${send.messageId}, ${new Date(send.now)}, ${token}::uuid, ${send.by?.account ?? null},
      ${send.by?.day ?? null}::date,
      clock_timestamp() + ${send.leaseMs} * interval '1 millisecond')
    ON CONFLICT (id) DO NOTHING`;
  return count === 1 ? { sendId: send.id, token, messageId: send.messageId } : null;
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
 * Commits that the body is about to leave, and where its links lead. False: the claim is lost, and not a byte may leave.
 * One statement outside any transaction: when it returns, it holds.
 */
export async function beginDispatch(db: Db, { sendId, token }: Claim, dispatched: Dispatched): Promise<boolean> {
  const { subject, bodyHash, leaseMs, links } = dispatched;
  const [row] = await single(db).$queryRaw<{ gone: number }[]>`
    WITH gone AS (
      UPDATE send SET status = 'dispatching', subject = ${subject}, body_hash = ${bodyHash},
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${sendId}::uuid AND status = 'claimed' AND lease_token = ${token}::uuid RETURNING id),
    linked AS (
      INSERT INTO link (id, send_id, contact_id, name, url)
      SELECT l.id, gone.id, l."contactId", l.name, l.url
      FROM gone, json_to_recordset(${JSON.stringify(links)}::json) AS l(id uuid, "contactId" uuid, name text, url text)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url)
    SELECT count(*)::int AS gone FROM gone`;
  return row?.gone === 1;
}

/** A sign of life: the lease lives on from now. False: the claim is lost, or its send has come to an end. */
export async function renewLease(db: Db, { sendId, token }: Claim, leaseMs: number): Promise<boolean> {
  const count = await db.$executeRaw`
    UPDATE send SET lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    WHERE id = ${sendId}::uuid AND lease_token = ${token}::uuid AND status IN ('claimed', 'dispatching')`;
  return count === 1;
}

type SettledStatus = Extract<SendStatus, 'accepted' | 'deferred' | 'rejected' | 'unknown' | 'skipped'>;

export interface Settled {
  readonly status: SettledStatus;
  readonly reason: string;
  /** Business time. */
  readonly at: Instant;
}

export interface SettledTry extends Settled {
  /** Of the server; null: it gave none. */
  readonly response: string | null;
  /** Whose lock is taken first; null: of nobody. */
  readonly contactId: string | null;
}

/** Writes what came of the holder's try. False: the claim is lost, and another one says how it ended. */
export async function settleClaim(tx: Tx, { sendId, token }: Claim, settled: SettledTry): Promise<boolean> {
  const { status, reason, response, at, contactId } = settled;
  // one statement: it takes the lock before it looks at the send, and looks again if the send has changed while it waited
  const count = await tx.$executeRaw`
    WITH locked AS (SELECT id FROM contact WHERE id = ${contactId}::uuid FOR UPDATE)
    UPDATE send SET status = ${status}, reason = ${reason}, response = ${response}, attempts = attempts + 1,
      settled_at = ${new Date(at)}, lease_until = NULL
    WHERE id = ${sendId}::uuid AND (${contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM locked))
      AND lease_token = ${token}::uuid AND status IN ('claimed', 'dispatching')`;
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
  const { reason, response, at, contactId } = accepted;
  const count = await tx.$executeRaw`
    WITH locked AS (SELECT id FROM contact WHERE id = ${contactId}::uuid FOR UPDATE)
    UPDATE send SET status = 'accepted', reason = ${reason}, response = ${response}, settled_at = ${new Date(at)}
    WHERE id = ${sendId}::uuid AND (${contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM locked))
      AND lease_token = ${token}::uuid AND status = 'unknown'`;
  return count === 1;
}

/** Settles a send on which nobody works and that stands as it was read, without a try. False: another one was faster. */
export async function settleUntried(tx: Tx, send: SendRow, { status, reason, at }: Settled): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE send SET status = ${status}, reason = ${reason}, settled_at = ${new Date(at)}, lease_until = NULL
    WHERE id = ${send.id}::uuid AND status = ${send.status} AND lease_token IS NOT DISTINCT FROM ${send.leaseToken}::uuid
      AND (lease_until IS NULL OR lease_until <= clock_timestamp())`;
  return count === 1;
}

/** A mail that was deferred and is not wanted any more. */
export async function skipDeferred(
  tx: Tx,
  { sendId, reason, at }: { readonly sendId: string; readonly reason: string; readonly at: Instant },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE send SET status = 'skipped', reason = ${reason}, settled_at = ${new Date(at)}
    WHERE id = ${sendId}::uuid AND status = 'deferred'`;
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
    UPDATE send SET status = 'skipped', reason = ${reason}, settled_at = ${new Date(at)}, lease_until = NULL
    WHERE journey_id = ${journeyId}::uuid AND handoff_id IS NULL
      AND (status IN ('planned', 'deferred') OR (status = 'claimed' AND attempts = 0))`;
}
