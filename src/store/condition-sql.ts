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
  /** To stand before the statement. */
  readonly with: Prisma.Sql;
  /** To stand after its sources. */
  readonly joins: Prisma.Sql;
  /** True for those for whom the condition holds; false or null for the others. */
  readonly where: Prisma.Sql;
}

/**
 * The same condition for a statement that looks at everyone: the events of each `did` are read once, where `toSql` looks them up
 * contact by contact; and what must hold is written plainly, so that the planner sees it.
 */
export function toFilter(condition: Condition, now: Instant, halfLifeMs: number): Filter {
  const dids: { readonly name: Prisma.Sql; readonly found: Prisma.Sql }[] = [];
  const did = (one: Did, writing: Writing) => {
    const name = Prisma.raw(`did${dids.length + 1}`); // a number, never input
    const { found, holds } = didOfAll(one, writing, name);
    if (found) dids.push({ name, found });
    return holds;
  };
  const where = filter(condition, { now, halfLife: halfLifeMs, did });
  if (dids.length === 0) return { with: Prisma.empty, joins: Prisma.empty, where };
  // materialized: once for the statement, and not once for each of its parallel workers
  const tables = dids.map(({ name, found }) => Prisma.sql`${name} AS MATERIALIZED (${found})`);
  const joins = dids.map(({ name }) => Prisma.sql`LEFT JOIN ${name} ON ${name}.contact_id = c.id`);
  return { with: Prisma.sql`WITH ${Prisma.join(tables)}`, joins: Prisma.join(joins, ' '), where };
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

/**
 * One `did` of everyone: `found` are those who did it often enough, or too often where none would be enough, and `holds` tells
 * by them. Without `found` it is the same for all.
 */
function didOfAll(
  did: Did,
  scope: Scope,
  name: Prisma.Sql,
): { readonly found?: Prisma.Sql; readonly holds: Prisma.Sql } {
  if (did.since !== undefined) return { holds: neverDid(did) };
  const { least, most } = boundsOf(did);
  const matching = did.where
    ? Prisma.sql`count(*) FILTER (WHERE ${ofTheEvent(did.where, scope)})`
    : Prisma.sql`count(*)`;
  const upTo = most === null ? Prisma.empty : Prisma.sql`AND ${matching} <= ${most}`;
  const isFound = least > 0 ? Prisma.sql`${matching} >= ${least} ${upTo}` : Prisma.sql`${matching} > ${most ?? 0}`;
  const holds = least > 0 ? Prisma.sql`${name}.contact_id IS NOT NULL` : Prisma.sql`${name}.contact_id IS NULL`;
  if (!did.where) {
    const found = Prisma.sql`
      SELECT i.contact_id FROM interaction i WHERE ${isOf(did, scope.now)} GROUP BY i.contact_id HAVING ${isFound}`;
    return { found, holds: Prisma.sql`(${holds})` };
  }
  // the contact stands there for its zone; a join that nothing asks for is left out by the planner
  const found = Prisma.sql`
    SELECT i.contact_id, count(*) AS looked_at FROM interaction i LEFT JOIN contact c ON c.id = i.contact_id
    WHERE ${isOf(did, scope.now)} GROUP BY i.contact_id HAVING (${isFound}) OR count(*) > ${MOST_LOOKED_AT}`;
  // only the newest are looked at, which one count of all cannot tell
  const exact = didOfOne(did, scope);
  const isMany = Prisma.sql`${name}.looked_at > ${MOST_LOOKED_AT}`;
  // written so that the planner sees that nobody else is meant
  if (least > 0) return { found, holds: Prisma.sql`(${holds} AND (CASE WHEN ${isMany} THEN ${exact} ELSE true END))` };
  return { found, holds: Prisma.sql`(CASE WHEN ${isMany} THEN ${exact} ELSE ${holds} END)` };
}
