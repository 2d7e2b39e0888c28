import { writtenDay } from '../domain/conditions/day';
import type { FactKind, Scalar } from '../domain/conditions/fact';
import { type DayRef, instantOf, isMoment, type When } from '../domain/conditions/moment';
import type { Operands, OperatorName } from '../domain/conditions/operators';
import type { Instant } from '../domain/ids';
import { Prisma } from './db';
import { byType, either, type FactColumn, instantParam, localDay, numberParam, scalarParam } from './fact-columns';

const DAY_MS = 86_400_000;

interface Compared<T> {
  readonly column: FactColumn;
  readonly kind: FactKind;
  readonly operand: T;
  readonly now: Instant;
}
/** True, false, or null for a value that is missing or of a type that the operator does not compare. */
export type OperatorSql<T> = (compared: Compared<T>) => Prisma.Sql;

const ofNumbers =
  (sign: '>' | '>=' | '<' | '<='): OperatorSql<number> =>
  ({ column, operand }) =>
    Prisma.sql`${column.number} ${Prisma.raw(sign)} ${numberParam(operand)}`;

const ofMoments =
  (sign: '<' | '>'): OperatorSql<When> =>
  ({ column, kind, operand, now }) =>
    kind === 'instant' && isMoment(operand)
      ? Prisma.sql`${column.instant} ${Prisma.raw(sign)} ${instantParam(instantOf(operand, now))}`
      : Prisma.sql`${column.day} ${Prisma.raw(sign)} ${dayOf(operand, now)}`;

/** Days since 1970-01-01 of what is compared with, by the contact's clocks; null for a zone that is none. */
function dayOf(when: When, now: Instant): Prisma.Sql {
  if ('date' in when) return Prisma.sql`${writtenDay(when.date)}::int`;
  if (isMoment(when)) return localDay(instantParam(instantOf(when, now)));
  return Prisma.sql`(${localDay(instantParam(now))} + ${when.days}::int)`;
}

/** 29 February is kept on 28 February where a year has none: src/domain/conditions/day.ts says the same. */
const anniversary: OperatorSql<DayRef> = ({ column, kind, operand, now }) => {
  const dayOfYear = (day: Prisma.Sql) => Prisma.sql`to_char(DATE '1970-01-01' + ${day}, 'MM-DD')`;
  const other = dayOf(operand, now);
  const exact = Prisma.sql`CASE ${dayOfYear(column.day)} WHEN ${dayOfYear(other)} THEN true
    WHEN '02-29' THEN ${dayOfYear(other)} = '02-28' AND ${dayOfYear(Prisma.sql`${other} + 1`)} = '03-01'
    ELSE false END`;
  if (kind === 'instant') return exact;
  // a quick look first, which turns nearly everyone away: reading dates and clocks takes ten times as long
  return Prisma.sql`CASE WHEN substr(${column.string}, 6, 5) = ANY(${[...possibleDays(operand, now)]}::text[]) THEN ${exact} END`;
};

/** Month and day of what `operand` may be in any zone: no clock is more than a day from UTC's. With them 29 February. */
function possibleDays(operand: DayRef, now: Instant): ReadonlySet<string> {
  const day = 'date' in operand ? (writtenDay(operand.date) ?? 0) : Math.floor(now / DAY_MS) + operand.days;
  const near = [day - 1, day, day + 1].map((one) => new Date(one * DAY_MS).toISOString().slice(5, 10));
  return new Set([...near, '02-29']);
}

/** Equality within one type only: text "10" is not number 10. False, not null, when the value is missing or of another type. */
function isAmong(column: FactColumn, values: readonly Scalar[]): Prisma.Sql {
  const { strings, numbers, booleans } = byType(values);
  const tests = [
    ...(strings.length > 0 ? [Prisma.sql`${column.string} = ANY(${strings}::text[])`] : []),
    ...(numbers.length > 0 ? [Prisma.sql`${column.number} = ANY(${numbers.map(String)}::float8[])`] : []),
    ...booleans.map((value) => Prisma.sql`${column.boolean} = ${scalarParam(value)}`),
  ];
  return Prisma.sql`coalesce(${either(tests)}, false)`;
}

/** The SQL half of the operators in src/domain/conditions/operators.ts; the compiler asks for each. */
export const OPERATOR_SQL: { readonly [O in OperatorName]: OperatorSql<Operands[O]> } = {
  is: ({ column, operand }) => isAmong(column, [operand]),
  isNot: ({ column, operand }) => Prisma.sql`NOT (${isAmong(column, [operand])})`,
  in: ({ column, operand }) => isAmong(column, operand),
  notIn: ({ column, operand }) => Prisma.sql`NOT (${isAmong(column, operand)})`,
  moreThan: ofNumbers('>'),
  atLeast: ofNumbers('>='),
  lessThan: ofNumbers('<'),
  atMost: ofNumbers('<='),
  between: ({ column, operand: [least = 0, most = 0] }) =>
    Prisma.sql`${column.number} BETWEEN ${numberParam(least)} AND ${numberParam(most)}`,
  contains: ({ column, operand }) => Prisma.sql`strpos(${column.string}, ${operand}::text) > 0`,
  notContains: ({ column, operand }) => Prisma.sql`strpos(${column.string}, ${operand}::text) = 0`,
  startsWith: ({ column, operand }) => Prisma.sql`starts_with(${column.string}, ${operand}::text)`,
  endsWith: ({ column, operand }) =>
    Prisma.sql`right(${column.string}, char_length(${operand}::text)) = ${operand}::text`,
  includes: ({ column, operand }) => column.includesAny([operand]),
  includesAny: ({ column, operand }) => column.includesAny(operand),
  includesAll: ({ column, operand }) => column.includesAll(operand),
  includesNone: ({ column, operand }) => Prisma.sql`NOT (${column.includesAny(operand)})`,
  exists: ({ column, operand }) => Prisma.sql`CASE WHEN ${column.present} THEN ${operand}::boolean END`,
  before: ofMoments('<'),
  after: ofMoments('>'),
  on: ({ column, operand, now }) => Prisma.sql`${column.day} = ${dayOf(operand, now)}`,
  anniversary,
};
