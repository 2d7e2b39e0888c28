import fc from 'fast-check';
import { type Condition, conditionSchema } from '../../src/domain/conditions';
import { factAt, KNOWN_PATHS, type Scalar } from '../../src/domain/conditions/fact';
import { type OperatorName, operatorsFor } from '../../src/domain/conditions/operators';
import type { Instant } from '../../src/domain/ids';
import type { ClientRow, EventRow, LeadRow, Person } from './people';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const HALF_LIFE = 30 * DAY;

/** Clock changes: São Paulo (over midnight, until 2018), Warsaw and New York, forward and back. */
const EDGES = [
  Date.UTC(2018, 10, 4, 3),
  Date.UTC(2018, 1, 18, 2),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2025, 9, 26, 1),
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2025, 10, 2, 6),
];
const LOCAL_DATES = [
  '2018-11-04 in America/Sao_Paulo',
  '2018-11-03 in America/Sao_Paulo',
  '2018-02-17 in America/Sao_Paulo',
  '2018-02-18 in America/Sao_Paulo',
  '2026-03-29 in Europe/Warsaw',
  '2025-10-26 in Europe/Warsaw',
  '2026-03-08 in America/New_York',
  '2025-11-02 in America/New_York',
];
const AGES = ['1s ago', '1h ago', '1d ago', '30d ago', '90d ago', '999999w ago'];
const TEXTS = [
  'BR',
  'br',
  '10',
  '10.0',
  ' 10',
  '',
  'true',
  'null',
  'é',
  'e\u0301',
  '😀',
  '😀😁',
  'a😀b',
  '%',
  '_',
  '\\',
  "o'",
  '"',
  'ação',
];
const NUMBERS = [0, 1, 2, 10, 10.5, -1, 0.1, 0.1 + 0.2, 5, 12.5, 20, 40, 100, 1e21, 5e-324, Number.MAX_VALUE, -0];
const OFFSETS = [0, 0, 1, -1, HOUR, -HOUR, DAY, -DAY, -30 * DAY, -90 * DAY, -999 * DAY];
const TYPES = ['mail.clicked', 'mail.accepted', 'page.seen'];

const storable = (text: string) => !text.includes('\0');
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  fc.string({ unit: 'binary', maxLength: 6 }).filter(storable),
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(text, number, fc.boolean());
/** Every instant of a run lies near one clock change, so that equal ones are common. */
const near = (edge: Instant) => fc.constantFrom(...OFFSETS).map((offset) => edge + offset);

const attributeNames = ['country', 'size', 'constructor'];
const attributes = fc.dictionary(
  fc.constantFrom(...attributeNames),
  fc.oneof({ weight: 6, arbitrary: scalar }, fc.constantFrom(null, [10], { size: 10 })),
);

function leads(edge: Instant): fc.Arbitrary<readonly LeadRow[]> {
  const lead: fc.Arbitrary<LeadRow> = fc.record({
    offer: text,
    source: text,
    campaign: fc.option(text),
    stage: fc.constantFrom('new', 'mql', 'won'),
    temperature: fc.constantFrom('cold', 'warm', 'hot'),
    grade: fc.constantFrom('A', 'B', 'C', 'D'),
    interest: fc.constantFrom(0, 0.005, 1, 12.345, 40, 100, 1e-300),
    interestAt: near(edge),
    createdAt: near(edge),
  });
  return fc.uniqueArray(lead, { maxLength: 2, selector: ({ offer }) => offer });
}

function client(edge: Instant): fc.Arbitrary<ClientRow | null> {
  const row: fc.Arbitrary<ClientRow> = fc.record({
    status: fc.constantFrom('active', 'pre_inactive', 'inactive'),
    firstPurchaseAt: fc.option(near(edge)),
    lastPurchaseAt: fc.option(near(edge)),
    purchases: fc.integer({ min: 0, max: 3 }),
    revenue: fc.constantFrom(0, 10, 10.5, 0.1, 40, 1234567890123.45, -1),
  });
  return fc.option(row);
}

const events = (edge: Instant): fc.Arbitrary<readonly EventRow[]> =>
  fc.array(fc.record({ type: fc.constantFrom(...TYPES), at: near(edge) }), { maxLength: 8 });

function people(edge: Instant): fc.Arbitrary<readonly Person[]> {
  const person: fc.Arbitrary<Person> = fc.record({
    email: text,
    name: fc.option(text),
    locale: fc.constantFrom('pt-BR', 'en'),
    timeZone: fc.constantFrom('America/Sao_Paulo', 'Europe/Warsaw'),
    createdAt: near(edge),
    attributes,
    leads: leads(edge),
    client: client(edge),
    events: events(edge),
  });
  return fc.uniqueArray(person, { minLength: 15, maxLength: 25, selector: ({ email }) => email });
}

/** Operands as YAML has them. Not every one goes with every fact: `comparison` leaves those out. */
function operand(name: OperatorName, edge: Instant): fc.Arbitrary<unknown> {
  const choices = fc.constantFrom('A', 'B', 'mql', 'won', 'hot', 'active', 'inactive', 'pt-BR');
  const value = fc.oneof(scalar, choices);
  switch (name) {
    case 'is':
    case 'isNot':
      return value;
    case 'in':
    case 'notIn':
      return fc.oneof(fc.array(value, { minLength: 1, maxLength: 4 }), fc.subarray(['A', 'B', 'C'], { minLength: 1 }));
    case 'contains':
    case 'startsWith':
      return fc.oneof(text, fc.constantFrom('1', 'e', '\u0301', 'o', 'a'));
    case 'exists':
      return fc.boolean();
    case 'before':
    case 'after':
      return fc.oneof(
        fc.constantFrom(...LOCAL_DATES),
        fc.constantFrom(...AGES),
        near(edge).map((at) => new Date(at).toISOString()),
      );
    default:
      return number;
  }
}

const PATHS = [
  ...KNOWN_PATHS.filter((path) => factAt(path) !== undefined),
  ...attributeNames.flatMap((name) => [`contact.attributes.${name}`, `contact.attributes.${name}`]),
];
const isValid = (input: unknown) => conditionSchema.safeParse(input).success;

/** A comparison by `only`, or by any operator. */
function comparison(edge: Instant, only?: OperatorName): fc.Arbitrary<unknown> {
  const operators = (path: string) => {
    const fact = factAt(path);
    return fact ? operatorsFor(fact).filter((name) => only === undefined || name === only) : [];
  };
  return fc
    .constantFrom(...PATHS.filter((path) => operators(path).length > 0))
    .chain((path) =>
      fc
        .constantFrom(...operators(path))
        .chain((name) => operand(name, edge).map((value) => ({ fact: path, [name]: value }))),
    )
    .filter(isValid);
}

const did: fc.Arbitrary<unknown> = fc
  .record(
    {
      did: fc.constantFrom(...TYPES, 'never.seen'),
      within: fc.constantFrom('1s', '1h', '1d', '30d', '999999w'),
      atLeast: fc.integer({ min: 1, max: 4 }),
      atMost: fc.integer({ min: 0, max: 4 }),
    },
    { requiredKeys: ['did'] },
  )
  .filter(isValid);

function trees(edge: Instant): fc.Arbitrary<unknown> {
  const leaf = fc.oneof({ weight: 3, arbitrary: comparison(edge) }, did);
  return fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc.record({ not: tie('tree') }),
      fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    ),
  })).tree;
}

export type Leaf = OperatorName | 'did';

/** What is asked about whom, and when. */
export interface World {
  readonly now: Instant;
  readonly people: readonly Person[];
  readonly conditions: readonly Condition[];
}

/** Random people and conditions around one clock change; with `only`, nothing but comparisons by it. */
export function worlds(only?: Leaf): fc.Arbitrary<World> {
  return fc.constantFrom(...EDGES).chain((edge) => {
    const input = only === 'did' ? did : only ? comparison(edge, only) : trees(edge);
    const condition = input.map((one) => conditionSchema.parse(one));
    const conditions = fc.array(condition, { minLength: 15, maxLength: 25 });
    return fc.record({ now: near(edge), people: people(edge), conditions });
  });
}
