import type { z } from 'zod';
import type { Instant } from '../ids';
import type { Fact, FactKind, Scalar } from './fact';
import { instantOf, type Moment, momentSchema } from './moment';
import { flagOperand, numberOperand, partOperand, valueOperand, valuesOperand } from './operands';

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
  readonly contains: string;
  readonly startsWith: string;
  readonly exists: boolean;
  readonly before: Moment;
  readonly after: Moment;
}
export type OperatorName = keyof Operands;

/** A value that was found, and what it is compared with. */
export interface Test<T> {
  readonly value: Scalar;
  readonly operand: T;
  readonly now: Instant;
}

/** The parts of a sentence about a test that was made. */
export interface Said {
  readonly value: string;
  readonly operand: string;
  readonly holds: boolean;
}

/** One operator. Its SQL is in src/store/condition-sql.ts; both must give the same answer. */
export interface Operator<T> {
  /** Kinds of fact it may be written on. */
  readonly kinds: readonly FactKind[];
  readonly operand: (fact: Fact) => z.ZodType<T, unknown>;
  /** Null: the value is of a type that this operator does not compare, and counts as missing. */
  readonly test: (test: Test<T>) => boolean | null;
  /** The answer on a missing value. */
  readonly missing: (operand: T) => boolean;
  /** The finding, to stand after the fact's path: `45 is at least 40`. */
  readonly says: (said: Said) => string;
}

const no = () => false;
const yes = () => true;
const between =
  (holding: string, failing: string) =>
  ({ value, operand, holds }: Said) =>
    `${value} ${holds ? holding : failing} ${operand}`;

const VALUES: readonly FactKind[] = ['text', 'number', 'attribute'];

function ofNumbers(
  says: Operator<number>['says'],
  compare: (value: number, operand: number) => boolean,
): Operator<number> {
  return {
    kinds: ['number', 'attribute'],
    operand: () => numberOperand,
    test: ({ value, operand }) => (typeof value === 'number' ? compare(value, operand) : null),
    missing: no,
    says,
  };
}

function ofTexts(
  says: Operator<string>['says'],
  compare: (value: string, operand: string) => boolean,
): Operator<string> {
  return {
    kinds: ['text', 'attribute'],
    operand: () => partOperand,
    test: ({ value, operand }) => (typeof value === 'string' ? compare(value, operand) : null),
    missing: no,
    says,
  };
}

function ofMoments(side: 'before' | 'after', compare: (value: Instant, operand: Instant) => boolean): Operator<Moment> {
  return {
    kinds: ['instant'],
    operand: () => momentSchema(side),
    test: ({ value, operand, now }) => (typeof value === 'number' ? compare(value, instantOf(operand, now)) : null),
    missing: no,
    says: between(`is ${side}`, `is not ${side}`),
  };
}

/** Every operator. A new one needs its type above, its entry here and its SQL; the compiler asks for all three. */
export const OPERATORS: { readonly [O in OperatorName]: Operator<Operands[O]> } = {
  is: {
    kinds: VALUES,
    operand: valueOperand,
    test: ({ value, operand }) => value === operand,
    missing: no,
    says: ({ value, operand, holds }) => (holds ? `is ${operand}` : `${value} is not ${operand}`),
  },
  isNot: {
    kinds: VALUES,
    operand: valueOperand,
    test: ({ value, operand }) => value !== operand,
    missing: yes,
    says: ({ value, operand, holds }) => (holds ? `${value} is not ${operand}` : `is ${operand}`),
  },
  in: {
    kinds: VALUES,
    operand: valuesOperand,
    test: ({ value, operand }) => operand.includes(value),
    missing: no,
    says: between('is one of', 'is none of'),
  },
  notIn: {
    kinds: VALUES,
    operand: valuesOperand,
    test: ({ value, operand }) => !operand.includes(value),
    missing: yes,
    says: between('is none of', 'is one of'),
  },
  moreThan: ofNumbers(between('is more than', 'is at most'), (value, operand) => value > operand),
  atLeast: ofNumbers(between('is at least', 'is less than'), (value, operand) => value >= operand),
  lessThan: ofNumbers(between('is less than', 'is at least'), (value, operand) => value < operand),
  atMost: ofNumbers(between('is at most', 'is more than'), (value, operand) => value <= operand),
  contains: ofTexts(between('contains', 'does not contain'), (value, operand) => value.includes(operand)),
  startsWith: ofTexts(between('starts with', 'does not start with'), (value, operand) => value.startsWith(operand)),
  exists: {
    kinds: ['text', 'number', 'instant', 'attribute'],
    operand: () => flagOperand,
    test: ({ operand }) => operand,
    missing: (operand) => !operand,
    says: () => 'is set',
  },
  before: ofMoments('before', (value, operand) => value < operand),
  after: ofMoments('after', (value, operand) => value > operand),
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
