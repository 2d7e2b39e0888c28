import fc from 'fast-check';
import { conditionSchema, evaluate, eventNeeds } from '../../../src/domain/conditions';
import type { FactEvent } from '../../../src/domain/facts';
import { anEvent, DAY, MONDAY, someFacts } from '../../support/builders';

const holds = (input: unknown, ats: readonly number[]) =>
  evaluate(
    conditionSchema.parse(input),
    someFacts(ats.map((at, index) => anEvent(index + 1, 'mail.clicked', { at }))),
    MONDAY,
  );

test('without `within` any age counts; events after `now` never do', () => {
  expect(holds({ did: 'mail.clicked' }, [0])).toBe(true);
  expect(holds({ did: 'mail.clicked' }, [MONDAY])).toBe(true);
  expect(holds({ did: 'mail.clicked' }, [MONDAY + 1])).toBe(false);
  expect(holds({ did: 'page.seen' }, [0])).toBe(false);
});

test('an event exactly as old as `within` counts', () => {
  expect(holds({ did: 'mail.clicked', within: '1d' }, [MONDAY - DAY])).toBe(true);
  expect(holds({ did: 'mail.clicked', within: '1d' }, [MONDAY - DAY - 1])).toBe(false);
});

test('atMost alone also holds for none', () => {
  expect([0, 1, 2].map((count) => holds({ did: 'mail.clicked', atMost: 1 }, Array(count).fill(0)))).toEqual([
    true,
    true,
    false,
  ]);
});

test('needs are the most that any part asks for, one more than atMost', () => {
  const condition = conditionSchema.parse({
    all: [
      { did: 'a', atLeast: 2 },
      { not: { did: 'a', atMost: 2 } },
      { any: [{ did: 'b' }, { did: 'c', atMost: 0 }, { fact: 'lead.score', atLeast: 1 }] },
    ],
  });
  expect(eventNeeds(condition)).toEqual(
    new Map([
      ['a', 3],
      ['b', 1],
      ['c', 1],
    ]),
  );
});

const event = fc.record({ type: fc.constantFrom('a', 'b'), age: fc.integer({ min: -2, max: 6 }) });
const leaf = fc
  .record(
    {
      did: fc.constantFrom('a', 'b'),
      within: fc.constantFrom('1d', '2d', '3d'),
      atLeast: fc.integer({ min: 1, max: 4 }),
      atMost: fc.integer({ min: 0, max: 4 }),
    },
    { requiredKeys: ['did'] },
  )
  .filter((input) => conditionSchema.safeParse(input).success);
const tree = fc.oneof(
  leaf,
  leaf.map((not) => ({ not })),
  fc.array(leaf, { minLength: 1 }).map((any) => ({ any })),
);

test('the newest events that `eventNeeds` names, with any others beside them, give the answer of all events', () => {
  fc.assert(
    fc.property(tree, fc.array(event, { maxLength: 12 }), fc.infiniteStream(fc.boolean()), (input, parts, kept) => {
      const condition = conditionSchema.parse(input);
      const all = parts.map(({ type, age }, index) => anEvent(index + 1, type, { at: MONDAY - age * DAY }));
      const newest = (type: string, count: number): readonly FactEvent[] =>
        all
          .filter((e) => e.type === type && e.at <= MONDAY)
          .sort((a, b) => b.at - a.at || b.seq - a.seq)
          .slice(0, count);
      const needed = new Set([...eventNeeds(condition)].flatMap(([type, count]) => newest(type, count)));
      const some = all.filter((e) => needed.has(e) || kept.next().value);
      const [answer, answerOfSome] = [all, some].map((events) => evaluate(condition, someFacts(events), MONDAY));
      expect(answerOfSome).toBe(answer);
    }),
    { numRuns: 500 },
  );
});
