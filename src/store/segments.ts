import type { Condition } from '../domain/conditions';
import type { Instant } from '../domain/ids';
import { toFilter, toSql } from './condition-sql';
import { Prisma, type Tx } from './db';
import { ALL_FACT_SOURCES, factSources } from './fact-columns';
import { waysIn } from './ways-in';

export interface SegmentAsked {
  readonly condition: Condition;
  readonly now: Instant;
  /** Half-life of interest (ms). */
  readonly halfLife: number;
}

export interface SegmentRequest extends SegmentAsked {
  /** Most contacts wanted. */
  readonly limit: number;
  /** The last contact id of the page before; null for the first page. */
  readonly after: string | null;
  /** What must hold besides, over the aliases of `factSources`. */
  readonly and?: Prisma.Sql;
}

export interface SegmentMember {
  readonly contactId: string;
  /** The contact's newest lead, which the condition was asked about. */
  readonly leadId: string | null;
}

/** Contacts for whom the condition holds, by contact id, each with its newest lead. Fewer than `limit`: the last page. */
export function contactsWhere(
  tx: Tx,
  { condition, now, halfLife, limit, after, and = Prisma.sql`true` }: SegmentRequest,
): Promise<readonly SegmentMember[]> {
  return tx.$queryRaw<SegmentMember[]>`
    SELECT c.id AS "contactId", l.id AS "leadId"
    FROM ${factSources(null)}
    WHERE (${after}::uuid IS NULL OR c.id > ${after}::uuid) AND ${and}
      AND ${toSql(condition, now, halfLife)}
    ORDER BY c.id LIMIT ${limit}`;
}

/** Ids of all contacts for whom the condition holds, in no order: everyone is looked at in one pass. */
export async function membersOf(tx: Tx, asked: SegmentAsked): Promise<readonly string[]> {
  await roomToHash(tx);
  const rows = await tx.$queryRaw<{ id: string }[]>(membersQuery(asked));
  return rows.map(({ id }) => id);
}

/** How many contacts the condition holds for. */
export async function countMembers(tx: Tx, asked: SegmentAsked): Promise<number> {
  await roomToHash(tx);
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::float8 AS count FROM (${membersQuery(asked)}) AS member`;
  return row?.count ?? 0;
}

export interface ListedMember {
  readonly contactId: string;
  readonly email: string;
  readonly name: string | null;
}

/** The first `limit` of them by contact id, for people to look at. */
export async function listMembers(tx: Tx, asked: SegmentAsked, limit: number): Promise<readonly ListedMember[]> {
  await roomToHash(tx);
  return tx.$queryRaw<ListedMember[]>`
    SELECT c.id AS "contactId", c.email, c.name FROM contact c
    WHERE c.id IN (${membersQuery(asked)}) ORDER BY c.id LIMIT ${limit}`;
}

/** The statement of `membersOf`. */
export const membersQuery = ({ condition, now, halfLife }: SegmentAsked): Prisma.Sql =>
  Prisma.join(
    waysIn(condition).map((way) => {
      const { with: tables, joins, where } = toFilter(way, now, halfLife);
      return Prisma.sql`(${tables} SELECT c.id FROM ${ALL_FACT_SOURCES} ${joins} WHERE ${where})`;
    }),
    ' UNION ',
  );

/** For the rest of the transaction: hashes of a million contacts stay in memory, and are not written to files and read again. */
async function roomToHash(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET LOCAL work_mem = '64MB'`;
}
