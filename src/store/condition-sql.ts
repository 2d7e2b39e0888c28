import { boundsOf, type Comparison, type Condition, type Did, partsOf } from '../domain/conditions/condition';
import type { Scalar } from '../domain/conditions/fact';
import { instantOf } from '../domain/conditions/moment';
import type { Operands, OperatorName } from '../domain/conditions/operators';
import type { Instant } from '../domain/ids';
import { Prisma } from './db';
import { type Clock, type FactColumn, factColumn, instantParam, numberParam, scalarParam } from './fact-columns';

interface Compared<T> {
  readonly column: FactColumn;
  readonly operand: T;
  readonly now: Instant;
}
/** True, false, or null for a value that is missing or of a type that the operator does not compare. */
type OperatorSql<T> = (compared: Compared<T>) => Prisma.Sql;

const ofNumbers =
  (sign: '>' | '>=' | '<' | '<='): OperatorSql<number> =>
  ({ column, operand }) =>
    Prisma.sql`${column.number} ${Prisma.raw(sign)} ${numberParam(operand)}`;

const ofMoments =
  (sign: '<' | '>'): OperatorSql<Operands['before']> =>
  ({ column, operand, now }) =>
    Prisma.sql`${column.instant} ${Prisma.raw(sign)} ${instantParam(instantOf(operand, now))}`;

/** Equality within one type only: text "10" is not number 10. False, not null, when the value has another type. */
function isAmong(column: FactColumn, values: readonly Scalar[]): Prisma.Sql {
  const strings = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number').map(String);
  const booleans = values
    .filter((value) => typeof value === 'boolean')
    .map((value) => Prisma.sql`${column.boolean} = ${scalarParam(value)}`);
  const tests = [
    ...(strings.length > 0 ? [Prisma.sql`${column.string} = ANY(${strings}::text[])`] : []),
    ...(numbers.length > 0 ? [Prisma.sql`${column.number} = ANY(${numbers}::float8[])`] : []),
    ...booleans,
  ];
  const any = Prisma.join(
    tests.map((test) => Prisma.sql`coalesce(${test}, false)`),
    ' OR ',
  );
  return Prisma.sql`CASE WHEN ${column.present} THEN ${any} END`;
}

/** The SQL half of the operators in src/domain/conditions/operators.ts; the compiler asks for each. */
const OPERATOR_SQL: { readonly [O in OperatorName]: OperatorSql<Operands[O]> } = {
  is: ({ column, operand }) => isAmong(column, [operand]),
  isNot: ({ column, operand }) => Prisma.sql`NOT (${isAmong(column, [operand])})`,
  in: ({ column, operand }) => isAmong(column, operand),
  notIn: ({ column, operand }) => Prisma.sql`NOT (${isAmong(column, operand)})`,
  moreThan: ofNumbers('>'),
  atLeast: ofNumbers('>='),
  lessThan: ofNumbers('<'),
  atMost: ofNumbers('<='),
  contains: ({ column, operand }) => Prisma.sql`strpos(${column.string}, ${operand}::text) > 0`,
  startsWith: ({ column, operand }) => Prisma.sql`starts_with(${column.string}, ${operand}::text)`,
  exists: ({ column, operand }) => Prisma.sql`CASE WHEN ${column.present} THEN ${operand}::boolean END`,
  before: ofMoments('<'),
  after: ofMoments('>'),
};

/**
 * One boolean expression, never null, over the aliases of `factSources`: c (contact), l (lead), k (client). It gives the
 * answer that `evaluate` gives for the same contact at `now`. Every value is a parameter.
 */
export function toSql(condition: Condition, now: Instant, halfLifeMs: number): Prisma.Sql {
  return expression(condition, { now, halfLife: halfLifeMs });
}

function expression(condition: Condition, clock: Clock): Prisma.Sql {
  if ('all' in condition) return joined(condition.all, ' AND ', clock);
  if ('any' in condition) return joined(condition.any, ' OR ', clock);
  if ('not' in condition) return Prisma.sql`NOT (${expression(condition.not, clock)})`;
  return 'did' in condition ? didSql(condition, clock) : comparisonSql(condition, clock);
}

function joined(parts: readonly Condition[], word: ' AND ' | ' OR ', clock: Clock): Prisma.Sql {
  return Prisma.sql`(${Prisma.join(
    parts.map((part) => expression(part, clock)),
    word,
  )})`;
}

function comparisonSql(comparison: Comparison, clock: Clock): Prisma.Sql {
  const { path, name, operator, operand } = partsOf(comparison);
  // `partsOf` gives the operand of this very operator; the union's pairing is lost on the way
  const test = OPERATOR_SQL[name] as OperatorSql<unknown>;
  const sql = test({ column: factColumn(path, clock), operand, now: clock.now });
  return Prisma.sql`coalesce(${sql}, ${operator.missing(operand)}::boolean)`;
}

/** Counts no further than the answer needs, along the index on (contact_id, type, at). */
function didSql(did: Did, { now }: Clock): Prisma.Sql {
  const { least, most } = boundsOf(did);
  const since =
    did.within === undefined
      ? Prisma.empty
      : Prisma.sql`AND i.at >= ${instantParam(instantOf({ ago: did.within }, now))}`;
  const found = Prisma.sql`SELECT 1 FROM interaction i
    WHERE i.contact_id = c.id AND i.type = ${did.did} AND i.at <= ${instantParam(now)} ${since}`;
  if (least === 1 && most === null) return Prisma.sql`EXISTS (${found})`;
  const limit = Math.max(least, most === null ? 0 : most + 1);
  const count = Prisma.sql`(SELECT count(*) FROM (${found} LIMIT ${limit}) AS occurrence)`;
  return Prisma.sql`(${count} BETWEEN ${least} AND ${most ?? limit})`;
}
