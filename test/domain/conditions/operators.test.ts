import { conditionSchema, evaluate } from '../../../src/domain/conditions';
import { OPERATORS, type OperatorName } from '../../../src/domain/conditions/operators';
import type { Json } from '../../../src/domain/ids';
import { DAY, HOUR, MONDAY, someFacts } from '../../support/builders';

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
  /** The answer on no value, on null, on an object, on an empty list, and on a list where the operator takes none. */
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
  between: { operand: [1, 10], match: 10, noMatch: 10.01, missing: false, wrongType: ['5', false] },
  notContains: { operand: 'é', match: 'cafe\u0301', noMatch: 'café', missing: true, wrongType: [10, true] },
  endsWith: { operand: '😀', match: '!😀', noMatch: '😀!', missing: false, wrongType: [10, false] },
  includes: { operand: '1', match: ['2', '1'], noMatch: [1, '11'], missing: false, wrongType: ['1', false] },
  includesAny: { operand: [1, 'a'], match: ['b', 'a'], noMatch: ['1'], missing: false, wrongType: ['a', false] },
  includesAll: { operand: [1, 'a'], match: ['a', true, 1], noMatch: ['a'], missing: false, wrongType: ['a', false] },
  includesNone: { operand: [1, 'a'], match: ['1'], noMatch: ['b', 'a'], missing: true, wrongType: ['a', true] },
  contains: { operand: 'é', match: 'café', noMatch: 'cafe\u0301', missing: false, wrongType: [10, false] },
  startsWith: { operand: '😀', match: '😀!', noMatch: '!😀', missing: false, wrongType: [false, false] },
  exists: { operand: true, match: '', noMatch: null, missing: false, wrongType: [false, true] },
  before: {
    operand: '1d ago',
    noMatch: '2026-01-04',
    match: '2026-01-03',
    missing: false,
    wrongType: [20260101, false],
  },
  after: {
    operand: '1d ago',
    match: '2026-01-05T00:00:00Z',
    noMatch: '2026-01-04T23:00:00-09:00',
    missing: false,
    wrongType: [20300101, false],
  },
  on: { operand: 'in 3d', match: '2026-01-08', noMatch: '2027-01-08', missing: false, wrongType: [8, false] },
  anniversary: { operand: 'today', match: '1990-01-05', noMatch: '1990-05-01', missing: false, wrongType: [5, false] },
};

const NAMES = Object.keys(OPERATORS) as OperatorName[]; // the table has no other keys

describe.each(NAMES)('operator %s', (name) => {
  const { operand, match, noMatch, missing, wrongType } = CASES[name];
  const condition = conditionSchema.parse({ fact: 'contact.attributes.x', [name]: operand });
  const takesLists = name === 'exists' || OPERATORS[name].kinds.includes('list');
  const answer = (value: Json | undefined) => evaluate(condition, factsWith(value), MONDAY);

  test('holds on a match', () => expect(answer(match)).toBe(true));
  test('does not hold without a match', () => expect(answer(noMatch)).toBe(false));
  test.each([[undefined], [null], [{ a: 10 }], [[]], [[null, [1], { a: 1 }]]])(
    'answers as documented on a missing value: %j',
    (value) => {
      expect(answer(value)).toBe(missing);
    },
  );
  test('takes lists, or counts them as missing', () => {
    if (!takesLists) expect(answer([10, '10', 'é', '😀'])).toBe(missing);
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

test.each([
  ['before', '1d ago', [MONDAY - DAY - 1], [MONDAY - DAY, MONDAY]],
  ['after', 'in 1d', [MONDAY + DAY + 1], [MONDAY + DAY, MONDAY]],
  ['after', 'now', [MONDAY + 1], [MONDAY]],
  // the contact's clocks show 09:00 of 5 January
  ['before', 'today', [MONDAY - 9 * HOUR - 1], [MONDAY - 9 * HOUR]],
  ['after', 'today', [MONDAY + 15 * HOUR], [MONDAY + 15 * HOUR - 1]],
  ['on', '3d ago', [MONDAY - 3 * DAY, MONDAY - 3 * DAY - 9 * HOUR], [MONDAY - 3 * DAY - 9 * HOUR - 1, MONDAY]],
  ['anniversary', 'in 1w', [Date.UTC(2020, 0, 12, 12)], [MONDAY]],
] as const)('a moment is %s %s to the millisecond, days by the contact’s clocks', (name, operand, match, noMatch) => {
  const condition = conditionSchema.parse({ fact: 'client.lastPurchaseAt', [name]: operand });
  const answers = (values: readonly number[]) => values.map((at) => evaluate(condition, factsWith(at), MONDAY));
  expect(answers(match)).toEqual(match.map(() => true));
  expect(answers(noMatch)).toEqual(noMatch.map(() => false));
});

test.each([
  [Date.UTC(2026, 1, 28, 12), true],
  [Date.UTC(2024, 1, 28, 12), false],
  [Date.UTC(2024, 1, 29, 12), true],
  [Date.UTC(2026, 2, 1, 12), false],
])('29 February is kept on 28 February of a year without: %d %s', (now, expected) => {
  const condition = conditionSchema.parse({ fact: 'contact.attributes.x', anniversary: 'today' });
  expect(evaluate(condition, factsWith('2000-02-29'), now)).toBe(expected);
});
