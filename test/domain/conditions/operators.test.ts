import { conditionSchema, evaluate } from '../../../src/domain/conditions';
import { OPERATORS, type OperatorName } from '../../../src/domain/conditions/operators';
import type { Json } from '../../../src/domain/ids';
import { DAY, MONDAY, someFacts } from '../../support/builders';

/** Facts whose attribute `x` is `value` (absent when undefined), of a client that bought when `value` says, if a number. */
function factsWith(value: Json | undefined) {
  const { contact } = someFacts();
  const lastPurchaseAt = typeof value === 'number' ? value : null;
  return someFacts([], {
    contact: { ...contact, attributes: value === undefined ? {} : { x: value } },
    client: { status: 'active', firstPurchaseAt: null, lastPurchaseAt, purchases: 1, revenue: 10 },
  });
}

interface Case {
  readonly operand: unknown;
  readonly match: Json;
  readonly noMatch: Json;
  /** The answer on no value, on null, on a list and on an object. */
  readonly missing: boolean;
  /** A value of another type, and the answer on it. */
  readonly wrongType: readonly [Json, boolean];
}

const CASES: { readonly [O in OperatorName]: Case } = {
  is: { operand: '10', match: '10', noMatch: '10.0', missing: false, wrongType: [10, false] },
  isNot: { operand: 10, match: 11, noMatch: 10, missing: true, wrongType: ['10', true] },
  in: { operand: [1, 'a', true], match: true, noMatch: 'b', missing: false, wrongType: ['1', false] },
  notIn: { operand: [1, 'a', true], match: 'true', noMatch: 1, missing: true, wrongType: ['1', true] },
  moreThan: { operand: 10, match: 10.5, noMatch: 10, missing: false, wrongType: ['11', false] },
  atLeast: { operand: 10, match: 10, noMatch: 9.99, missing: false, wrongType: ['11', false] },
  lessThan: { operand: 10, match: 9.99, noMatch: 10, missing: false, wrongType: ['9', false] },
  atMost: { operand: 10, match: 10, noMatch: 10.01, missing: false, wrongType: [true, false] },
  contains: { operand: 'é', match: 'café', noMatch: 'cafe\u0301', missing: false, wrongType: [10, false] },
  startsWith: { operand: '😀', match: '😀!', noMatch: '!😀', missing: false, wrongType: [false, false] },
  exists: { operand: true, match: '', noMatch: null, missing: false, wrongType: [false, true] },
  before: {
    operand: '1d ago',
    match: MONDAY - DAY - 1,
    noMatch: MONDAY - DAY,
    missing: false,
    wrongType: ['2020-01-01', false],
  },
  after: {
    operand: '1d ago',
    match: MONDAY - DAY + 1,
    noMatch: MONDAY - DAY,
    missing: false,
    wrongType: ['2030-01-01', false],
  },
};

const NAMES = Object.keys(OPERATORS) as OperatorName[]; // the table has no other keys

describe.each(NAMES)('operator %s', (name) => {
  const { operand, match, noMatch, missing, wrongType } = CASES[name];
  const fact = OPERATORS[name].kinds.includes('attribute') ? 'contact.attributes.x' : 'client.lastPurchaseAt';
  const condition = conditionSchema.parse({ fact, [name]: operand });
  const answer = (value: Json | undefined) => evaluate(condition, factsWith(value), MONDAY);

  test('holds on a match', () => expect(answer(match)).toBe(true));
  test('does not hold without a match', () => expect(answer(noMatch)).toBe(false));
  test.each([[undefined], [null], [[10]], [{ a: 10 }]])('answers as documented on a missing value: %j', (value) => {
    expect(answer(value)).toBe(missing);
  });
  test('answers as documented on a value of another type', () => expect(answer(wrongType[0])).toBe(wrongType[1]));
});

test('exists: false holds for a missing value alone', () => {
  const condition = conditionSchema.parse({ fact: 'contact.attributes.x', exists: false });
  expect([undefined, null, '', 0, false].map((value) => evaluate(condition, factsWith(value), MONDAY))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('an attribute named like a method of every object is missing until it is set', () => {
  const condition = conditionSchema.parse({ fact: 'contact.attributes.constructor', exists: true });
  expect(evaluate(condition, someFacts(), MONDAY)).toBe(false);
});

test('a contact with neither lead nor client has no facts of them', () => {
  const grade = conditionSchema.parse({ fact: 'lead.grade', isNot: 'A' });
  const status = conditionSchema.parse({ fact: 'client.status', is: 'active' });
  expect([grade, status].map((condition) => evaluate(condition, someFacts(), MONDAY))).toEqual([true, false]);
});
