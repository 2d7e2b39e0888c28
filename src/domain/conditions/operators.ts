import type { z } from 'zod';
import type { Instant } from '../ids';
import { type Day, isAnniversary, localDay, writtenDay } from './day';
import { type Fact, type FactKind, isScalar, type Scalar, type Value } from './fact';
import {
  type DayRef,
  dayOf,
  dayOrMomentSchema,
  daySchema,
  instantOf,
  isMoment,
  momentSchema,
  type When,
} from './moment';
import {
  entriesOperand,
  flagOperand,
  numberOperand,
  partOperand,
  rangeOperand,
  valueOperand,
  valuesOperand,
} from './operands';

/** What each operator compares with. */
export interface Operands {
  readonly is: Scalar;
  readonly isNot: Scalar;
  readonly in: readonly Scalar[];
  readonly notIn: readonly Scalar[];
  readonly moreThan: number;
  readonly atLeast: number;
  readonly lessThan: number;
  readonly atMost: number;
  readonly between: readonly number[];
  readonly contains: string;
  readonly notContains: string;
  readonly startsWith: string;
  readonly endsWith: string;
  readonly includes: Scalar;
  readonly includesAny: readonly Scalar[];
  readonly includesAll: readonly Scalar[];
  readonly includesNone: readonly Scalar[];
  readonly exists: boolean;
  readonly before: When;
  readonly after: When;
  readonly on: DayRef;
  readonly anniversary: DayRef;
}
export type OperatorName = keyof Operands;

/** A value that was found, and what it is compared with. */
export interface Test<T> {
  readonly value: Value;
  readonly kind: FactKind;
  readonly operand: T;
  readonly now: Instant;
  /** The contact's: dates go by its clocks. */
  readonly zone: string;
}

/** The parts of a sentence about a test that was made. */
export interface Said {
  readonly value: string;
  readonly operand: string;
  readonly holds: boolean;
}

/** One operator. Its SQL is in src/store/operator-sql.ts; both must give the same answer. */
export interface Operator<T> {
  /** Kinds of fact it may be written on. */
  readonly kinds: readonly FactKind[];
  readonly operand: (fact: Fact) => z.ZodType<T, unknown>;
  /** What a value must be to be compared, for what is told of one that is not: `text`. */
  readonly wants: string;
  /** Null: the value is of a type that this operator does not compare, and counts as missing. */
  readonly test: (test: Test<T>) => boolean | null;
  /** The answer on a missing value. */
  readonly missing: (operand: T) => boolean;
  /** The finding, to stand after the fact's path: `45 is at least 40`. */
  readonly says: (said: Said) => string;
}

const no = () => false;
const yes = () => true;
const found =
  (holding: string, failing: string) =>
  ({ value, operand, holds }: Said) =>
    `${value} ${holds ? holding : failing} ${operand}`;

/** `falls today`, `falls on 2026-03-01`. */
const onDay = (holding: string, failing: string) => (said: Said) =>
  found(holding, failing)({ ...said, operand: said.operand.replace(/^(?=\d{4}-)/, 'on ') });

const VALUES: readonly FactKind[] = ['text', 'number', 'attribute'];
const ANY = 'value'; // equality takes each type

/** Of one type only: what `compare` answers null on counts as missing. */
function operator<T>(
  o: Pick<Operator<T>, 'kinds' | 'operand' | 'wants' | 'says' | 'test'> & { readonly onMissing?: true },
): Operator<T> {
  const { onMissing, ...rest } = o;
  return { ...rest, missing: onMissing ? yes : no };
}

const ofNumbers = (says: Operator<number>['says'], compare: (value: number, operand: number) => boolean) =>
  operator<number>({
    kinds: ['number', 'attribute'],
    operand: () => numberOperand,
    wants: 'number',
    test: ({ value, operand }) => (typeof value === 'number' ? compare(value, operand) : null),
    says,
  });

function ofTexts(
  says: Operator<string>['says'],
  compare: (value: string, operand: string) => boolean,
  { onMissing }: { readonly onMissing?: true } = {},
): Operator<string> {
  return operator<string>({
    kinds: ['text', 'attribute'],
    operand: () => partOperand,
    wants: 'text',
    test: ({ value, operand }) => (typeof value === 'string' ? compare(value, operand) : null),
    says,
    onMissing,
  });
}

function ofLists(
  says: Operator<readonly Scalar[]>['says'],
  compare: (value: readonly Scalar[], operand: readonly Scalar[]) => boolean,
  { onMissing }: { readonly onMissing?: true } = {},
): Operator<readonly Scalar[]> {
  return operator<readonly Scalar[]>({
    kinds: ['list', 'attribute'],
    operand: entriesOperand,
    wants: 'list',
    test: ({ value, operand }) => (isScalar(value) ? null : compare(value, operand)),
    says,
    onMissing,
  });
}

/** Moments by their instant; dates in texts, and whatever is compared with a date, by the contact's calendar. */
const ofMoments = (side: 'before' | 'after', compare: (value: number, operand: number) => boolean) =>
  operator<When>({
    kinds: ['instant', 'attribute'],
    operand: ({ kind }) => (kind === 'instant' ? momentSchema(side) : dayOrMomentSchema(side)),
    wants: 'date',
    test: (test) => {
      const { value, kind, operand, now } = test;
      if (kind === 'instant' && isMoment(operand))
        return typeof value === 'number' ? compare(value, instantOf(operand, now)) : null;
      return comparedDays(test, compare);
    },
    says: found(`is ${side}`, `is not ${side}`),
  });

const ofDays = (says: Operator<DayRef>['says'], compare: (value: Day, operand: Day) => boolean) =>
  operator<DayRef>({
    kinds: ['instant', 'attribute'],
    operand: () => daySchema(),
    wants: 'date',
    test: (test) => comparedDays(test, compare),
    says,
  });

function comparedDays(test: Test<When>, compare: (value: Day, operand: Day) => boolean): boolean | null {
  const [value, operand] = [dayFound(test), dayOf(test.operand, test)];
  return value === null || operand === null ? null : compare(value, operand);
}

function dayFound({ value, kind, zone }: Test<When>): Day | null {
  if (kind === 'instant') return typeof value === 'number' ? localDay(value, zone) : null;
  return typeof value === 'string' ? writtenDay(value) : null;
}

/** Every operator. A new one needs its type above, its entry here and its SQL; the compiler asks for all three. */
export const OPERATORS: { readonly [O in OperatorName]: Operator<Operands[O]> } = {
  is: operator({
    kinds: VALUES,
    operand: valueOperand,
    wants: ANY,
    test: ({ value, operand }) => value === operand,
    says: ({ value, operand, holds }) => (holds ? `is ${operand}` : `${value} is not ${operand}`),
  }),
  isNot: operator({
    kinds: VALUES,
    operand: valueOperand,
    wants: ANY,
    test: ({ value, operand }) => value !== operand,
    says: ({ value, operand, holds }) => (holds ? `${value} is not ${operand}` : `is ${operand}`),
    onMissing: true,
  }),
  in: operator({
    kinds: VALUES,
    operand: valuesOperand,
    wants: ANY,
    test: ({ value, operand }) => isScalar(value) && operand.includes(value),
    says: found('is one of', 'is none of'),
  }),
  notIn: operator({
    kinds: VALUES,
    operand: valuesOperand,
    wants: ANY,
    test: ({ value, operand }) => !(isScalar(value) && operand.includes(value)),
    says: found('is none of', 'is one of'),
    onMissing: true,
  }),
  moreThan: ofNumbers(found('is more than', 'is at most'), (value, operand) => value > operand),
  atLeast: ofNumbers(found('is at least', 'is less than'), (value, operand) => value >= operand),
  lessThan: ofNumbers(found('is less than', 'is at least'), (value, operand) => value < operand),
  atMost: ofNumbers(found('is at most', 'is more than'), (value, operand) => value <= operand),
  between: operator({
    kinds: ['number', 'attribute'],
    operand: () => rangeOperand,
    wants: 'number',
    test: ({ value, operand: [least = 0, most = 0] }) =>
      typeof value === 'number' ? value >= least && value <= most : null,
    says: found('is within', 'is outside'),
  }),
  contains: ofTexts(found('contains', 'does not contain'), (value, operand) => value.includes(operand)),
  notContains: ofTexts(found('does not contain', 'contains'), (value, operand) => !value.includes(operand), {
    onMissing: true,
  }),
  startsWith: ofTexts(found('starts with', 'does not start with'), (value, operand) => value.startsWith(operand)),
  endsWith: ofTexts(found('ends with', 'does not end with'), (value, operand) => value.endsWith(operand)),
  includes: operator({
    kinds: ['list', 'attribute'],
    operand: valueOperand,
    wants: 'list',
    test: ({ value, operand }) => (isScalar(value) ? null : value.includes(operand)),
    says: found('includes', 'does not include'),
  }),
  includesAny: ofLists(found('includes one of', 'includes none of'), (value, operand) =>
    operand.some((one) => value.includes(one)),
  ),
  includesAll: ofLists(found('includes all of', 'does not include all of'), (value, operand) =>
    operand.every((one) => value.includes(one)),
  ),
  includesNone: ofLists(
    found('includes none of', 'includes one of'),
    (value, operand) => !operand.some((one) => value.includes(one)),
    { onMissing: true },
  ),
  exists: {
    kinds: ['text', 'number', 'instant', 'list', 'attribute'],
    operand: () => flagOperand,
    wants: ANY,
    test: ({ operand }) => operand,
    missing: (operand) => !operand,
    says: () => 'is set',
  },
  before: ofMoments('before', (value, operand) => value < operand),
  after: ofMoments('after', (value, operand) => value > operand),
  on: ofDays(onDay('falls', 'does not fall'), (value, operand) => value === operand),
  anniversary: ofDays(onDay('has its anniversary', 'does not have its anniversary'), (value, operand) =>
    isAnniversary(operand, value),
  ),
};

export function isOperatorName(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name);
}

/** The operators that may be written on `fact`. */
export function operatorsFor(fact: Fact): readonly OperatorName[] {
  return Object.keys(OPERATORS)
    .filter(isOperatorName)
    .filter((name) => OPERATORS[name].kinds.includes(fact.kind));
}
