import fc from 'fast-check';
import { type Condition, evaluate, eventNeeds } from '../../src/domain/conditions';
import type { Comparison, Did, InSegment } from '../../src/domain/conditions/condition';
import type { Scalar } from '../../src/domain/conditions/fact';
import type { OperatorName } from '../../src/domain/conditions/operators';
import type { Instant } from '../../src/domain/ids';
import { toSql } from '../../src/store/condition-sql';
import { Prisma, transaction } from '../../src/store/db';
import { factSources } from '../../src/store/fact-columns';
import { readFacts } from '../../src/store/facts';
import { countMembers, membersOf } from '../../src/store/segments';
import { HALF_LIFE, type Leaf, type World, worlds } from '../support/conditions';
import { testDatabase } from '../support/database';
import { writePeople } from '../support/people';

const context = testDatabase();

type Answers = ReadonlyMap<string, readonly unknown[]>;

/** Answers of the database contact by contact: one row each, one column per condition. */
async function answersByOne(conditions: readonly Condition[], now: Instant): Promise<Answers> {
  const answers = Prisma.join(conditions.map((condition) => toSql(condition, now, HALF_LIFE)));
  const rows = await context.db.$queryRaw<{ id: string; answers: unknown[] }[]>`
    SELECT c.id, json_build_array(${answers}) AS answers FROM ${factSources(null)}`;
  return new Map(rows.map(({ id, answers: found }) => [id, found]));
}

/** Answers of the database about everyone at once: one statement per condition, which finds its members. */
async function answersOfAll(conditions: readonly Condition[], now: Instant): Promise<Answers> {
  const everyone = await context.db.contact.findMany({ select: { id: true } });
  const found: ReadonlySet<string>[] = [];
  for (const condition of conditions) {
    const asked = { condition, now, halfLife: HALF_LIFE };
    const members = await transaction(context.db, (tx) => membersOf(tx, asked));
    const count = await transaction(context.db, (tx) => countMembers(tx, asked));
    expect([members.length, new Set(members).size]).toEqual([count, count]);
    found.push(new Set(members));
  }
  return new Map(everyone.map(({ id }) => [id, found.map((members) => members.has(id))]));
}

/** Answers of `evaluate` on the facts that are read for these conditions. */
async function domainAnswers(contactId: string, { conditions, now }: World): Promise<readonly boolean[]> {
  const newest = eventNeeds({ all: conditions });
  const facts = await readFacts(context.db, { contactId, leadId: null, now, halfLife: HALF_LIFE, newest });
  return conditions.map((condition) => evaluate(condition, facts, now));
}

const counts = { true: 0, false: 0 };

interface Asked {
  /** May spoil what the database is asked. */
  readonly inSql?: (condition: Condition) => Condition;
  readonly answers?: (conditions: readonly Condition[], now: Instant) => Promise<Answers>;
}

/** Both answers for everyone. */
async function agree(world: World, { inSql = (same) => same, answers = answersByOne }: Asked = {}): Promise<void> {
  await context.db.$executeRaw`TRUNCATE contact, lead, client, organisation, interaction`;
  const written = await writePeople(context.db, world.people);
  const fromSql = await answers(world.conditions.map(inSql), world.now);
  for (const { contactId } of written) {
    const fromDomain = await domainAnswers(contactId, world);
    expect(fromSql.get(contactId)).toEqual(fromDomain);
    for (const answer of fromDomain) counts[`${answer}`] += 1;
  }
}

// INV-CONDITIONS-AGREE
test.each([
  ['contact by contact', answersByOne],
  ['about everyone at once', answersOfAll],
])(
  'conditions give the same answer in TypeScript and in SQL, asked %s, for random people and conditions',
  async (_, answers) => {
    Object.assign(counts, { true: 0, false: 0 });
    const property = fc.asyncProperty(worlds(), (world) => agree(world, { answers }));
    await fc.assert(property, { numRuns: 20, interruptAfterTimeLimit: 15_000 });
    expect(counts.true + counts.false).toBeGreaterThan(1_000);
    expect(Math.min(counts.true, counts.false)).toBeGreaterThan(200);
  },
);

/** One plausible mistake per operator: what its SQL would do if it were wrong. */
const MISTAKES: {
  readonly [O in OperatorName]: (c: Extract<Comparison, { readonly [K in O]: unknown }>) => Condition;
} = {
  is: ({ fact, is }) => ({ fact, in: [is, String(is), Number(is)] }),
  isNot: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  in: ({ fact, in: list }) => ({ fact, in: list.slice(0, 1) }),
  notIn: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  moreThan: ({ fact, moreThan }) => ({ fact, atLeast: moreThan }),
  atLeast: ({ fact, atLeast }) => ({ fact, moreThan: atLeast }),
  lessThan: ({ fact, lessThan }) => ({ fact, atMost: lessThan }),
  atMost: ({ fact, atMost }) => ({ fact, lessThan: atMost }),
  between: ({ fact, between: [least = 0, most = 0] }) => ({
    all: [
      { fact, moreThan: least },
      { fact, atMost: most },
    ],
  }),
  contains: ({ fact, contains }) => ({ fact, startsWith: contains }),
  notContains: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  endsWith: ({ fact, endsWith }) => ({ fact, contains: endsWith }),
  includes: ({ fact, includes }) => ({ any: [{ fact, includes }, scalarIs(fact, includes)] }),
  includesAny: ({ fact, includesAny: list }) => ({ fact, includesAll: list }),
  includesAll: ({ fact, includesAll: list }) => ({ fact, includesAny: list }),
  includesNone: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  startsWith: ({ fact, startsWith }) => ({ fact, contains: startsWith }),
  exists: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  before: ({ fact, before }) => ({ all: [{ not: { fact, after: before } }, { fact, exists: true }] }),
  after: ({ fact, after }) => ({ all: [{ not: { fact, before: after } }, { fact, exists: true }] }),
  on: ({ fact, on }) => ({ fact, anniversary: on }),
  anniversary: ({ fact, anniversary }) => ({ fact, on: anniversary }),
};
/** Text "a" is no list that has "a" in it. */
const scalarIs = (fact: string, is: Scalar): Condition =>
  fact === 'contact.tags' ? { fact, includes: is } : { fact, is };
const without =
  (key: 'within' | 'where' | 'since') =>
  ({ [key]: _, ...did }: Did): Condition =>
    did;

const CONTROLS = [
  ...(Object.entries(MISTAKES) as [OperatorName, (c: never) => Condition][]),
  ['did', without('within')],
  ['where', without('where')],
  ['since', without('since')],
  ['segment', ({ means }: InSegment) => ({ not: means })],
] as [Leaf, (c: never) => Condition][];

test.each(CONTROLS)('"%s" agrees by itself, and a mistake in its SQL is caught', async (name, mistake) => {
  const right = fc.asyncProperty(worlds(name), (world) => agree(world));
  await fc.assert(right, { numRuns: 4 });
  await caught(name, { inSql: spoiltBy(mistake) });
});

const EVERYONE = CONTROLS.filter(([name]) => ['did', 'where', 'since', 'segment'].includes(name));

test.each(EVERYONE)(
  '"%s" agrees when everyone is asked about at once, and a mistake is caught',
  async (name, mistake) => {
    const right = fc.asyncProperty(worlds(name), (world) => agree(world, { answers: answersOfAll }));
    await fc.assert(right, { numRuns: 4 });
    await caught(name, { inSql: spoiltBy(mistake), answers: answersOfAll });
  },
);

const spoiltBy = (mistake: (c: never) => Condition) => (condition: Condition) => mistake(condition as never); // worlds(name) has no others

async function caught(name: Leaf, asked: Asked): Promise<void> {
  const wrong = fc.asyncProperty(worlds(name), (world) => agree(world, asked));
  const { failed, errorInstance } = await fc.check(wrong, { numRuns: 30, endOnFailure: true });
  expect(failed).toBe(true);
  expect(String(errorInstance)).toContain('toEqual'); // the answers differ; no statement failed
}
