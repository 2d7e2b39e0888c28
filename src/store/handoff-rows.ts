import { failure } from '../domain/errors';
import { isStatus, type Status } from '../domain/handoff/status';
import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx } from './db';

export interface Handoff {
  readonly id: string;
  readonly journeyId: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly stepId: string;
  readonly team: string;
  /** Whom it was offered to; null: the team had nobody. An escalation leaves it as it is. */
  readonly repId: string | null;
  readonly status: Status;
  /** Why it was answered so. */
  readonly reason: string | null;
  readonly offeredAt: Instant;
  /** When it is escalated; once escalated, when it expires. */
  readonly dueAt: Instant;
  readonly answeredAt: Instant | null;
}

interface RawHandoff extends Omit<Handoff, 'status'> {
  readonly status: string;
}

/** For a select or a returning clause. */
export const HANDOFF = Prisma.sql`id, journey_id AS "journeyId", contact_id AS "contactId", lead_id AS "leadId",
  step_id AS "stepId", team, rep_id AS "repId", status, reason, (extract(epoch FROM offered_at) * 1000)::float8 AS "offeredAt",
  (extract(epoch FROM due_at) * 1000)::float8 AS "dueAt", (extract(epoch FROM answered_at) * 1000)::float8 AS "answeredAt"`;

export function toHandoff(row: RawHandoff): Handoff {
  const { status } = row;
  if (!isStatus(status)) throw failure('VIV_UNEXPECTED', { problem: `handoff ${row.id} has the status "${status}"` });
  return { ...row, status };
}

/** The handoff if it exists. */
export async function findHandoff(tx: Tx, handoffId: string): Promise<Handoff | null> {
  const [row] = await tx.$queryRaw<RawHandoff[]>`SELECT ${HANDOFF} FROM handoff WHERE id = ${handoffId}::uuid`;
  return row ? toHandoff(row) : null;
}

/** The handoff as it stands. Throws VIV_NOT_FOUND. */
export async function readHandoff(tx: Tx, handoffId: string): Promise<Handoff> {
  const handoff = await findHandoff(tx, handoffId);
  if (!handoff) throw failure('VIV_NOT_FOUND', { what: `Handoff ${handoffId}` });
  return handoff;
}

/** Changes a handoff that stands in one of `from`; null: it stood elsewhere, and nothing has changed. */
export async function moveHandoff(
  tx: Tx,
  o: { readonly handoffId: string; readonly from: readonly Status[]; readonly set: Prisma.Sql },
): Promise<Handoff | null> {
  const [row] = await tx.$queryRaw<RawHandoff[]>`
    UPDATE handoff SET ${o.set} WHERE id = ${o.handoffId}::uuid AND status = ANY(${[...o.from]}) RETURNING ${HANDOFF}`;
  return row ? toHandoff(row) : null;
}

export interface ListedHandoff {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly offer: string | null;
  readonly team: string;
  /** Name of the rep; null: nobody. */
  readonly rep: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly offeredAt: Instant;
  readonly dueAt: Instant;
}

export interface HandoffFilter {
  /** None: all. */
  readonly status?: readonly Status[];
  /** Address of a rep. */
  readonly rep?: string;
  readonly limit: number;
}

/** Handoffs, the soonest due first among the open ones; those that are closed come after them, the newest first. */
export function listHandoffs(db: Db, { status, rep, limit }: HandoffFilter): Promise<readonly ListedHandoff[]> {
  return db.$queryRaw<ListedHandoff[]>`
    SELECT h.id, c.email, c.name, l.offer, h.team, r.name AS rep, h.status, h.reason,
      (extract(epoch FROM h.offered_at) * 1000)::float8 AS "offeredAt", (extract(epoch FROM h.due_at) * 1000)::float8 AS "dueAt"
    FROM handoff h JOIN contact c ON c.id = h.contact_id LEFT JOIN lead l ON l.id = h.lead_id LEFT JOIN rep r ON r.id = h.rep_id
    WHERE (${status === undefined} OR h.status = ANY(${[...(status ?? [])]}))
      AND (${rep === undefined} OR r.email = ${rep ?? ''})
    ORDER BY h.answered_at IS NOT NULL, h.answered_at DESC, h.due_at, h.id LIMIT ${limit}`;
}
