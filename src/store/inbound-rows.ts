import { failure } from '../domain/errors';
import { type Instant, type Json, newId } from '../domain/ids';
import type { Arrival } from '../domain/inbound/arrival';
import type { Sign } from '../domain/inbound/attribution';
import type { InboundRules } from '../domain/inbound/rules';
import { type Db, Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import { dayOf } from './refusals';

/** What became of something that came in. `kept`: a person should look. `refused`: it lies, or cannot be read. */
export type Standing = 'applied' | 'kept' | 'refused';

export interface Verdict {
  readonly standing: Standing;
  readonly code?: string | undefined;
  readonly reason: string;
  readonly knownBy?: Sign | undefined;
  readonly sendId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
}

/** One thing that came in, as it is listed. */
export interface InboundRow extends Required<Pick<Verdict, 'standing' | 'reason'>> {
  readonly id: string;
  readonly receivedAt: Instant;
  readonly way: string;
  readonly kind: string;
  readonly code: string | null;
  readonly knownBy: Sign | null;
  readonly sendId: string | null;
  readonly contactId: string | null;
  /** Address of that contact; null: it is none on record. */
  readonly contact: string | null;
  readonly sender: string;
  readonly subject: string;
  readonly details: Json;
}

const COLUMNS = Prisma.sql`i.id, ${millis(Prisma.sql`i.received_at`)} AS "receivedAt", i.way, i.kind, i.standing, i.code, i.reason,
  i.known_by AS "knownBy", i.send_id AS "sendId", i.contact_id AS "contactId", c.email AS contact, i.sender, i.subject, i.details`;

/** Writes a row before it is judged: of two that bring the same, one waits here for the other. Null: it is on record already. */
export async function insertInbound(
  tx: Tx,
  arrival: Pick<Arrival, 'key' | 'reason' | 'sender' | 'subject' | 'receivedAt' | 'raw'> & {
    readonly way: Arrival['way'] | 'source';
    readonly kind: Arrival['kind'] | 'lead' | 'confirmation';
    readonly details: Json;
  },
  { keepRawBytes }: InboundRules,
): Promise<string | null> {
  const { key, way, kind, reason, sender, subject, details, receivedAt, raw } = arrival;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO inbound (id, key, way, kind, standing, reason, sender, subject, details, received_at, raw, raw_bytes)
    VALUES (${newId()}::uuid, ${key}, ${way}, ${kind}, 'kept', ${reason}, ${sender.slice(0, 320)}, ${subject.slice(0, 500)},
      ${JSON.stringify(details)}::jsonb, ${new Date(receivedAt)}, ${raw.subarray(0, keepRawBytes)}, ${raw.length})
    ON CONFLICT (key) DO NOTHING RETURNING id`;
  return row?.id ?? null;
}

export async function settleInbound(tx: Tx, id: string, verdict: Verdict): Promise<void> {
  const { standing, code = null, reason, knownBy = null, sendId = null, contactId = null } = verdict;
  await tx.$executeRaw`
    UPDATE inbound SET standing = ${standing}, code = ${code}, reason = ${reason}, known_by = ${knownBy}, send_id = ${sendId}::uuid,
      contact_id = ${contactId}::uuid WHERE id = ${id}::uuid`;
}

/** What is on record under a key. */
export async function inboundByKey(tx: Tx, key: string): Promise<InboundRow> {
  const [row] = await tx.$queryRaw<InboundRow[]>`
    SELECT ${COLUMNS} FROM inbound i LEFT JOIN contact c ON c.id = i.contact_id WHERE i.key = ${key}`;
  if (!row) throw new TypeError('what could not be inserted is there');
  return row;
}

/** One, held until the transaction ends. Throws VIV_INBOUND_UNKNOWN. */
export async function inboundById(tx: Tx, id: string): Promise<InboundRow> {
  const [row] = await tx.$queryRaw<InboundRow[]>`
    SELECT ${COLUMNS} FROM inbound i LEFT JOIN contact c ON c.id = i.contact_id WHERE i.id::text = ${id} FOR UPDATE OF i`;
  if (!row) throw failure('VIV_INBOUND_UNKNOWN', { id });
  return row;
}

export interface InboundQuery {
  readonly standing?: Standing | undefined;
  readonly kind?: string | undefined;
  readonly most: number;
}

/** The newest first. */
export async function listInbound(db: Db, { standing, kind, most }: InboundQuery): Promise<readonly InboundRow[]> {
  return db.$queryRaw<InboundRow[]>`
    SELECT ${COLUMNS} FROM inbound i LEFT JOIN contact c ON c.id = i.contact_id
    WHERE (${standing ?? null}::text IS NULL OR i.standing = ${standing ?? null})
      AND (${kind ?? null}::text IS NULL OR i.kind = ${kind ?? null})
    ORDER BY i.received_at DESC, i.id DESC LIMIT ${most}`;
}

/** One with what is left of it as it came. Throws VIV_INBOUND_UNKNOWN. */
export async function findInbound(
  db: Db,
  id: string,
): Promise<InboundRow & { readonly raw: Uint8Array | null; readonly rawBytes: number }> {
  const [row] = await db.$queryRaw<(InboundRow & { raw: Uint8Array | null; rawBytes: number })[]>`
    SELECT ${COLUMNS}, i.raw, i.raw_bytes AS "rawBytes" FROM inbound i LEFT JOIN contact c ON c.id = i.contact_id
    WHERE i.id::text = ${id}`;
  if (!row) throw failure('VIV_INBOUND_UNKNOWN', { id });
  return row;
}

export interface InboundCount {
  readonly kind: string;
  readonly standing: Standing | 'turned away';
  readonly code: string | null;
  readonly count: number;
}

/** How much came since, by kind and standing; and what was turned away at the door, by code. */
export async function countInbound(db: Db, since: Instant): Promise<readonly InboundCount[]> {
  return db.$queryRaw<InboundCount[]>`
    SELECT kind, standing, code, count(*)::float8 AS count FROM inbound WHERE received_at >= ${new Date(since)} GROUP BY 1, 2, 3
    UNION ALL
    SELECT '' AS kind, 'turned away' AS standing, code, sum(count)::float8 AS count FROM refusal
      WHERE day >= ${dayOf(since)} AND kind IN ('mail', 'hook', 'source') GROUP BY code
    ORDER BY 4 DESC, 1, 2, 3`;
}

export interface BlockCount {
  /** Domain of the recipients. */
  readonly domain: string;
  readonly blocks: number;
}

/** Blocks since, by the domain that refuses us: what an operator must look after. */
export async function countBlocks(db: Db, since: Instant): Promise<readonly BlockCount[]> {
  return db.$queryRaw<BlockCount[]>`
    SELECT split_part(coalesce(s.recipient, c.email, '?'), '@', 2) AS domain, count(*)::int AS blocks
    FROM inbound i LEFT JOIN send s ON s.id = i.send_id LEFT JOIN contact c ON c.id = i.contact_id
    WHERE i.kind = 'block' AND i.standing = 'applied' AND i.received_at >= ${new Date(since)} GROUP BY 1 ORDER BY 2 DESC, 1`;
}

/** Forgets how some thousand messages came whose time is over. Answers how many: 0 when none is left. */
export async function forgetRaw(tx: Tx, before: Instant): Promise<number> {
  return tx.$executeRaw`
    UPDATE inbound SET raw = NULL WHERE id IN (
      SELECT id FROM inbound WHERE raw IS NOT NULL AND received_at < ${new Date(before)} LIMIT 1000)`;
}
