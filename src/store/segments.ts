import type { Condition } from '../domain/conditions';
import type { Instant } from '../domain/ids';
import { toSql } from './condition-sql';
import { Prisma, type Tx } from './db';
import { factSources } from './fact-columns';

export interface SegmentRequest {
  readonly condition: Condition;
  readonly now: Instant;
  /** Half-life of interest (ms). */
  readonly halfLife: number;
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
