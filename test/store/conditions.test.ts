import fc from 'fast-check';
import { type Condition, evaluate, eventNeeds } from '../../src/domain/conditions';
import type { Comparison, Did } from '../../src/domain/conditions/condition';
import type { OperatorName } from '../../src/domain/conditions/operators';
import type { Instant } from '../../src/domain/ids';
import { toSql } from '../../src/store/condition-sql';
import { Prisma } from '../../src/store/db';
import { factSources } from '../../src/store/fact-columns';
import { readFacts } from '../../src/store/facts';
import { HALF_LIFE, type Leaf, type World, worlds } from '../support/conditions';
import { testDatabase } from '../support/database';
import { writePeople } from '../support/people';

const context = testDatabase();

/** Answers of the database: one row per contact, one column per condition. */
async function sqlAnswers(
  conditions: readonly Condition[],
  now: Instant,
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const answers = Prisma.join(conditions.map((condition) => toSql(condition, now, HALF_LIFE)));
  const rows = await context.db.$queryRaw<{ id: string; answers: unknown[] }[]>`
    SELECT c.id, json_build_array(${answers}) AS answers FROM ${factSources(null)}`;
  return new Map(rows.map(({ id, answers: found }) => [id, found]));
}

/** Answers of `evaluate` on the facts that are read for these conditions. */
async function domainAnswers(contactId: string, { conditions, now }: World): Promise<readonly boolean[]> {
  const newest = eventNeeds({ all: conditions });
  const facts = await readFacts(context.db, { contactId, leadId: null, now, halfLife: HALF_LIFE, newest });
  return conditions.map((condition) => evaluate(condition, facts, now));
}

const counts = { true: 0, false: 0 };

/** Both answers for everyone. `inSql` may spoil what the database is asked. */
async function agree(world: World, inSql: (condition: Condition) => Condition = (same) => same): Promise<void> {
  await context.db.$executeRaw`TRUNCATE contact, lead, client, interaction`;
  const written = await writePeople(context.db, world.people);
  const fromSql = await sqlAnswers(world.conditions.map(inSql), world.now);
  for (const { contactId } of written) {
    const fromDomain = await domainAnswers(contactId, world);
    expect(fromSql.get(contactId)).toEqual(fromDomain);
    for (const answer of fromDomain) counts[`${answer}`] += 1;
  }
}

// INV-CONDITIONS-AGREE
test('conditions give the same answer in TypeScript and in SQL, for random people and conditions', async () => {
  const property = fc.asyncProperty(worlds(), (world) => agree(world));
  await fc.assert(property, { numRuns: 20, interruptAfterTimeLimit: 15_000 });
  expect(counts.true + counts.false).toBeGreaterThan(1_000);
  expect(Math.min(counts.true, counts.false)).toBeGreaterThan(200);
});

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
  contains: ({ fact, contains }) => ({ fact, startsWith: contains }),
  startsWith: ({ fact, startsWith }) => ({ fact, contains: startsWith }),
  exists: (c) => ({ all: [c, { fact: c.fact, exists: true }] }),
  before: ({ fact, before }) => ({ all: [{ not: { fact, after: before } }, { fact, exists: true }] }),
  after: ({ fact, after }) => ({ all: [{ not: { fact, before: after } }, { fact, exists: true }] }),
};
const forgetWithin = ({ did, atLeast, atMost }: Did): Condition => ({ did, atLeast, atMost });

const CONTROLS = [
  ...(Object.entries(MISTAKES) as [OperatorName, (c: never) => Condition][]),
  ['did', forgetWithin],
] as [Leaf, (c: never) => Condition][];

test.each(CONTROLS)('"%s" agrees by itself, and a mistake in its SQL is caught', async (name, mistake) => {
  const right = fc.asyncProperty(worlds(name), (world) => agree(world));
  await fc.assert(right, { numRuns: 4 });
  const spoilt = (condition: Condition) => mistake(condition as never); // worlds(name) has no other conditions
  const wrong = fc.asyncProperty(worlds(name), (world) => agree(world, spoilt));
  const { failed, errorInstance } = await fc.check(wrong, { numRuns: 30, endOnFailure: true });
  expect(failed).toBe(true);
  expect(String(errorInstance)).toContain('toEqual'); // the answers differ; no statement failed
});
