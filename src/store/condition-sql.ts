import {
  boundsOf,
  type Comparison,
  type Condition,
  type Did,
  MOST_LOOKED_AT,
  partsOf,
} from '../domain/conditions/condition';
import { instantOf } from '../domain/conditions/moment';
import type { Instant } from '../domain/ids';
import { Prisma } from './db';
import { factColumn, instantParam, type Scope } from './fact-columns';
import { OPERATOR_SQL, type OperatorSql } from './operator-sql';

/** How a tree is written out: what a `did` becomes is not the same for one contact and for all at once. */
interface Writing extends Scope {
  readonly did: (did: Did, writing: Writing) => Prisma.Sql;
}

/**
 * One boolean expression, never null, over the aliases of `factSources`: c (contact), l (lead), k (client), o (organisation).
 * It gives the answer that `evaluate` gives for the same contact at `now`, outside of a journey. Every value is a parameter.
 */
export function toSql(condition: Condition, now: Instant, halfLifeMs: number): Prisma.Sql {
  return expression(condition, { now, halfLife: halfLifeMs, did: didOfOne });
}

export interface Filter {
  /** To stand after the sources. */
  readonly joins: Prisma.Sql;
  /** True for those for whom the condition holds; false or null for the others. */
  readonly where: Prisma.Sql;
}

/**
 * The same condition for a statement that looks at everyone: events are read once and joined, where `toSql` looks them up
 * contact by contact; and what must hold is written plainly, so that the planner sees it.
 */
export function toFilter(condition: Condition, now: Instant, halfLifeMs: number): Filter {
  const joins: Prisma.Sql[] = [];
  const did = (one: Did, writing: Writing) => joinedDid(one, writing, joins);
  const where = filter(condition, { now, halfLife: halfLifeMs, did });
  return { joins: joins.length > 0 ? Prisma.join(joins, ' ') : Prisma.empty, where };
}

function expression(condition: Condition, writing: Writing): Prisma.Sql {
  if ('all' in condition) return joined(condition.all, ' AND ', writing);
  if ('any' in condition) return joined(condition.any, ' OR ', writing);
  if ('not' in condition) return Prisma.sql`NOT (${expression(condition.not, writing)})`;
  if ('segment' in condition) return expression(condition.means, writing);
  if ('did' in condition) return writing.did(condition, writing);
  const { sql, onMissing } = comparisonSql(condition, writing);
  return Prisma.sql`coalesce(${sql}, ${onMissing}::boolean)`;
}

function joined(parts: readonly Condition[], word: ' AND ' | ' OR ', writing: Writing): Prisma.Sql {
  return Prisma.sql`(${Prisma.join(
    parts.map((part) => expression(part, writing)),
    word,
  )})`;
}

/** What must hold of everyone who is found: a null turns them away as false does. */
function filter(condition: Condition, writing: Writing): Prisma.Sql {
  if ('all' in condition)
    return Prisma.join(
      condition.all.map((part) => filter(part, writing)),
      ' AND ',
    );
  if ('segment' in condition) return filter(condition.means, writing);
  if ('not' in condition && 'did' in condition.not && isOnce(condition.not))
    return Prisma.sql`NOT (${didOfOne(condition.not, writing)})`; // an anti-join
  if ('did' in condition) return isOnce(condition) ? didOfOne(condition, writing) : expression(condition, writing);
  if (!('fact' in condition)) return expression(condition, writing);
  const { sql, onMissing } = comparisonSql(condition, writing);
  return onMissing ? expression(condition, writing) : Prisma.sql`(${sql})`;
}

function comparisonSql(comparison: Comparison, scope: Scope) {
  const { path, fact, name, operator, operand } = partsOf(comparison);
  // `partsOf` gives the operand of this very operator; the union's pairing is lost on the way
  const test = OPERATOR_SQL[name] as OperatorSql<unknown>;
  const sql = test({ column: factColumn(path, scope), kind: fact.kind, operand, now: scope.now });
  return { sql, onMissing: operator.missing(operand) };
}

/** Asks for one event of any: a semi-join, which PostgreSQL plans by itself. */
const isOnce = ({ atLeast = 1, atMost, since, where }: Did): boolean =>
  atLeast === 1 && atMost === undefined && since === undefined && where === undefined;

/** Counts no further than the answer needs, along the index on (contact_id, type, at). */
function didOfOne(did: Did, { now, halfLife }: Scope): Prisma.Sql {
  if (did.since !== undefined) return neverDid(did);
  const { least, most } = boundsOf(did);
  const events = Prisma.sql`interaction i WHERE i.contact_id = c.id AND ${isOf(did, now)}`;
  const found = did.where
    ? Prisma.sql`SELECT 1 FROM (SELECT * FROM ${events} ORDER BY i.at DESC, i.seq DESC LIMIT ${MOST_LOOKED_AT}) AS i
        WHERE ${ofTheEvent(did.where, { now, halfLife })}`
    : Prisma.sql`SELECT 1 FROM ${events}`;
  if (least === 1 && most === null) return Prisma.sql`EXISTS (${found})`;
  const limit = Math.max(least, most === null ? 0 : most + 1);
  const count = Prisma.sql`(SELECT count(*) FROM (${found} LIMIT ${limit}) AS occurrence)`;
  return Prisma.sql`(${count} BETWEEN ${least} AND ${most ?? limit})`;
}

/** Outside of a journey nothing has happened since one began. */
const neverDid = (did: Did): Prisma.Sql => Prisma.sql`${boundsOf(did).least <= 0}::boolean`;

function isOf({ did, within }: Did, now: Instant): Prisma.Sql {
  const since =
    within === undefined ? Prisma.empty : Prisma.sql`AND i.at >= ${instantParam(instantOf({ ago: within }, now))}`;
  return Prisma.sql`i.type = ${did} AND i.at <= ${instantParam(now)} ${since}`;
}

const ofTheEvent = (where: Condition, { now, halfLife }: Scope): Prisma.Sql =>
  expression(where, { now, halfLife, hasEvent: true, did: neverDid });

/** Counts the events of everyone in one pass, and joins the counts. */
function joinedDid(did: Did, scope: Scope, joins: Prisma.Sql[]): Prisma.Sql {
  if (did.since !== undefined) return neverDid(did);
  const { least, most } = boundsOf(did);
  const counts = Prisma.raw(`did${joins.length + 1}`); // a number, never input
  const matching = did.where ? Prisma.sql`FILTER (WHERE ${ofTheEvent(did.where, scope)})` : Prisma.empty;
  // the contact stands there for its zone; a join that nothing asks for is left out by the planner
  joins.push(Prisma.sql`LEFT JOIN (
    SELECT i.contact_id, count(*) AS looked_at, count(*) ${matching} AS matching
    FROM interaction i LEFT JOIN contact c ON c.id = i.contact_id WHERE ${isOf(did, scope.now)}
    GROUP BY i.contact_id) AS ${counts} ON ${counts}.contact_id = c.id`);
  const enough = Prisma.sql`coalesce(${counts}.matching, 0) BETWEEN ${least} AND ${most ?? Number.MAX_SAFE_INTEGER}::bigint`;
  if (!did.where) return Prisma.sql`(${enough})`;
  const exact = didOfOne(did, scope); // only the newest are looked at, which one count of all cannot tell
  return Prisma.sql`(CASE WHEN ${counts}.looked_at > ${MOST_LOOKED_AT} THEN ${exact} ELSE ${enough} END)`;
}
