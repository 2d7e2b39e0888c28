import fc from 'fast-check';
import { type Condition, conditionSchema } from '../../src/domain/conditions';
import { factAt, KNOWN_PATHS, type Scalar } from '../../src/domain/conditions/fact';
import { type OperatorName, operatorsFor } from '../../src/domain/conditions/operators';
import type { Instant, Json } from '../../src/domain/ids';
import type { ClientRow, EventRow, LeadRow, OrganisationRow, Person } from './people';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const HALF_LIFE = 30 * DAY;

/** Clock changes: São Paulo (over midnight, until 2018), Warsaw and New York, forward and back; and ends of February. */
const EDGES = [
  Date.UTC(2018, 10, 4, 3),
  Date.UTC(2018, 1, 18, 2),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2025, 9, 26, 1),
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2025, 10, 2, 6),
  Date.UTC(2023, 1, 28, 12),
  Date.UTC(2024, 1, 29, 2),
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
const AGES = [
  'now',
  'today',
  'in 1s',
  'in 1d',
  'in 999999w',
  '1s ago',
  '1h ago',
  '1d ago',
  '30d ago',
  '90d ago',
  '999999w ago',
];
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
/** Dates near the clock changes and leap days, and texts that only look like dates. */
const DATES = [
  '2018-11-04',
  '2018-11-03T23:59:59Z',
  '2018-11-05',
  '1990-11-04',
  '2018-02-17',
  '1999-02-18',
  '2026-03-29',
  '2026-03-28',
  '2025-10-26 01:00',
  '2026-03-08',
  '2025-11-02',
  '2000-02-29',
  '2024-02-29',
  '2023-02-29',
  '2026-02-30',
  '2026-13-01',
  '0000-01-01',
  '2026-03-8',
  '2026-03-08x',
  '2026-03-08\n',
];
const DAYS = [
  'today',
  'now',
  'in 1d',
  '1d ago',
  'in 30d',
  '30d ago',
  'in 1w',
  '2018-11-04',
  '2026-03-28',
  '2000-02-29',
];
const TAGS = ['vip', 'eu', '', 'é', '10', "o'", '{a}', '"', 'null'];
const ZONES = ['America/Sao_Paulo', 'Europe/Warsaw', 'America/New_York', 'Pacific/Kiritimati'];
const TYPES = ['mail.clicked', 'mail.accepted', 'page.seen'];

const storable = (text: string) => !text.includes('\0');
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom(...DATES) },
  fc.string({ unit: 'binary', maxLength: 6 }).filter(storable),
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(text, number, fc.boolean());
/** Every instant of a run lies near one clock change, so that equal ones are common. */
const near = (edge: Instant) => fc.constantFrom(...OFFSETS).map((offset) => edge + offset);

const list = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom('a', '10', 10, true, false), scalar), { maxLength: 3 }),
  fc.constantFrom<readonly Json[]>([], [null], [['a']], [[10], 'a'], [{ a: 1 }, 10], [true], ['true']),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 3, arbitrary: list },
  { weight: 3, arbitrary: fc.constantFrom(...DATES) },
  fc.constantFrom(null, { size: 10 }),
);
const valueNames = ['country', 'size', 'constructor'];
const values = fc.dictionary(fc.constantFrom(...valueNames), value);

const organisation: fc.Arbitrary<OrganisationRow> = fc.record({
  name: fc.option(text),
  sector: fc.option(text),
  size: fc.option(fc.constantFrom(0, 1, 10, 40)),
  country: fc.option(fc.constantFrom('BR', 'PL')),
});

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
  fc.array(fc.record({ type: fc.constantFrom(...TYPES), at: near(edge), properties: values }), { maxLength: 8 });

function people(edge: Instant): fc.Arbitrary<readonly Person[]> {
  const person: fc.Arbitrary<Person> = fc.record({
    email: text,
    name: fc.option(text),
    locale: fc.constantFrom('pt-BR', 'en'),
    timeZone: fc.constantFrom(...ZONES),
    createdAt: near(edge),
    attributes: values,
    tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
    organisation: fc.option(organisation),
    leads: leads(edge),
    client: client(edge),
    events: events(edge),
  });
  return fc.uniqueArray(person, { minLength: 15, maxLength: 25, selector: ({ email }) => email.toLowerCase() });
}

/** Operands as YAML has them. Not every one goes with every fact: `comparison` leaves those out. */
function operand(name: OperatorName, edge: Instant): fc.Arbitrary<unknown> {
  const choices = fc.constantFrom('A', 'B', 'mql', 'won', 'hot', 'active', 'inactive', 'pt-BR');
  const value = fc.oneof(scalar, choices, fc.constantFrom(...TAGS));
  switch (name) {
    case 'is':
    case 'isNot':
      return value;
    case 'in':
    case 'notIn':
      return fc.oneof(fc.array(value, { minLength: 1, maxLength: 4 }), fc.subarray(['A', 'B', 'C'], { minLength: 1 }));
    case 'includes':
      return fc.oneof(value, fc.constantFrom('a', 10, true));
    case 'includesAny':
    case 'includesAll':
    case 'includesNone':
      return fc.oneof(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.subarray(TAGS, { minLength: 1, maxLength: 2 }),
        fc.subarray(['a', '10', 10, true], { minLength: 1 }),
      );
    case 'between':
      return fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    case 'contains':
    case 'notContains':
    case 'startsWith':
    case 'endsWith':
      return fc.oneof(text, fc.constantFrom('1', 'e', '\u0301', 'o', 'a'));
    case 'exists':
      return fc.boolean();
    case 'before':
    case 'after':
      return fc.oneof(
        fc.constantFrom(...LOCAL_DATES),
        fc.constantFrom(...AGES),
        fc.constantFrom(...DAYS),
        near(edge).map((at) => new Date(at).toISOString()),
      );
    case 'on':
    case 'anniversary':
      return fc.constantFrom(...DAYS);
    default:
      return number;
  }
}

const PATHS = [
  ...KNOWN_PATHS.filter((path) => factAt(path) !== undefined),
  ...valueNames.flatMap((name) => [
    `contact.attributes.${name}`,
    `contact.attributes.${name}`,
    `contact.attributes.${name}`,
  ]),
  'event.size',
  'entry.size',
];
const EVENT_PATHS = valueNames.map((name) => `event.${name}`);
const isValid = (input: unknown) => conditionSchema.safeParse(input).success;

/** A comparison by `only`, or by any operator. */
function comparison(edge: Instant, only?: OperatorName, paths = PATHS): fc.Arbitrary<unknown> {
  const operators = (path: string) => {
    const fact = factAt(path);
    return fact ? operatorsFor(fact).filter((name) => only === undefined || name === only) : [];
  };
  return fc
    .constantFrom(...paths.filter((path) => operators(path).length > 0))
    .chain((path) =>
      fc
        .constantFrom(...operators(path))
        .chain((name) => operand(name, edge).map((value) => ({ fact: path, [name]: value }))),
    )
    .filter(isValid);
}

function did(edge: Instant, only?: 'where' | 'since'): fc.Arbitrary<unknown> {
  const about = comparison(edge, undefined, EVENT_PATHS);
  const where = fc.oneof(
    about,
    about.map((not) => ({ not })),
    fc.tuple(about, about).map((any) => ({ any })),
  );
  return fc
    .record(
      {
        did: fc.constantFrom(...TYPES, 'never.seen'),
        within: fc.constantFrom('1s', '1h', '1d', '30d', '999999w'),
        atLeast: fc.integer({ min: 1, max: 4 }),
        atMost: fc.integer({ min: 0, max: 4 }),
        since: fc.constant('journey'),
        where,
      },
      { requiredKeys: only === undefined ? ['did'] : ['did', only] },
    )
    .map(({ since, ...rest }) => (only === 'since' ? { ...rest, since } : rest))
    .filter(isValid);
}

/** What `segment` becomes when a file is read: the name with its meaning. */
const segment = (means: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  means.map((one) => ({ segment: 'some', means: one }));

function trees(edge: Instant): fc.Arbitrary<unknown> {
  const leaf = fc.oneof({ weight: 4, arbitrary: comparison(edge) }, did(edge), did(edge, 'where'), did(edge, 'since'));
  return fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc.record({ not: tie('tree') }),
      segment(tie('tree')),
      fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    ),
  })).tree;
}

export type Leaf = OperatorName | 'did' | 'where' | 'since' | 'segment';

/** What is asked about whom, and when. */
export interface World {
  readonly now: Instant;
  readonly people: readonly Person[];
  readonly conditions: readonly Condition[];
}

/** Random people and conditions around one clock change; with `only`, nothing but comparisons by it. */
export function worlds(only?: Leaf): fc.Arbitrary<World> {
  return fc.constantFrom(...EDGES).chain((edge) => {
    const input = only ? leaves(edge, only) : trees(edge);
    const condition = input.map((one) => conditionSchema.parse(one));
    const conditions = fc.array(condition, { minLength: 15, maxLength: 25 });
    return fc.record({ now: near(edge), people: people(edge), conditions });
  });
}

function leaves(edge: Instant, only: Leaf): fc.Arbitrary<unknown> {
  switch (only) {
    case 'did':
      return did(edge);
    case 'where':
    case 'since':
      return did(edge, only);
    case 'segment':
      return segment(comparison(edge));
    default:
      return comparison(edge, only);
  }
}
