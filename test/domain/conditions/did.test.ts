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

const withTotals = (totals: readonly number[]) =>
  someFacts(
    totals.map((total, index) => anEvent(index + 1, 'order.placed', { at: MONDAY - index, properties: { total } })),
  );
const BIG = { did: 'order.placed', where: { fact: 'event.total', atLeast: 100 } };

test('with `where` only events count whose properties hold to it', () => {
  const parsed = conditionSchema.parse({ ...BIG, atLeast: 2 });
  expect([[100, 99], [100, 99, 250], []].map((totals) => evaluate(parsed, withTotals(totals), MONDAY))).toEqual([
    false,
    true,
    false,
  ]);
});

test('`where` looks at the newest thousand events of its type and no further', () => {
  const [parsed] = [conditionSchema.parse(BIG)];
  const small = (count: number) => Array<number>(count).fill(1);
  expect(evaluate(parsed, withTotals([...small(999), 100]), MONDAY)).toBe(true);
  expect(evaluate(parsed, withTotals([...small(1000), 100]), MONDAY)).toBe(false);
  expect(eventNeeds(parsed)).toEqual(new Map([['order.placed', 1000]]));
});

test('`since: journey` counts what came since the journey began, but not what began it, and outside of one nothing', () => {
  const parsed = conditionSchema.parse({ did: 'page.seen', since: 'journey' });
  const none = conditionSchema.parse({ did: 'page.seen', since: 'journey', atMost: 0 });
  const entry = anEvent(2, 'page.seen', { at: MONDAY - DAY });
  const enteredAt = entry.at;
  const answers = (events: readonly FactEvent[], parts: object) =>
    [parsed, none].map((one) => evaluate(one, someFacts(events, parts), MONDAY));
  const before = anEvent(1, 'page.seen', { at: enteredAt - 1 });
  const after = anEvent(3, 'page.seen', { at: enteredAt });
  expect(answers([before, entry], { entry, enteredAt })).toEqual([false, true]);
  expect(answers([before, entry], { enteredAt })).toEqual([true, false]);
  expect(answers([before, entry, after], { entry, enteredAt })).toEqual([true, false]);
  expect(answers([before, entry, after], {})).toEqual([false, true]);
  expect(eventNeeds(parsed)).toEqual(new Map([['page.seen', 2]]));
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
