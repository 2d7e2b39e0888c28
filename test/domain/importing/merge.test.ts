import fc from 'fast-check';
import {
  DEFAULT_MERGE,
  type FieldRule,
  type KnownContact,
  type MergeRules,
  merged,
  restored,
  type ToldContact,
} from '../../../src/domain/importing/merge';

const ana: KnownContact = {
  name: 'Ana',
  locale: 'pt-BR',
  timeZone: 'Europe/Lisbon',
  attributes: { role: 'director' },
  tags: ['vip'],
  changedAt: 1000,
};

const rules = (parts: Partial<MergeRules> = {}): MergeRules => ({ ...DEFAULT_MERGE, ...parts });
const nameBy = (rule: FieldRule, at: number, known: string | null = 'Ana') =>
  merged({ ...ana, name: known }, { name: 'Eva', at }, rules({ name: rule })).after.name;

test.each([
  ['keep', 2000, 'Ana', 'Ana'],
  ['replace', 500, 'Ana', 'Eva'],
  ['newest', 2000, 'Ana', 'Eva'],
  ['newest', 1000, 'Ana', 'Eva'],
  ['newest', 999, 'Ana', 'Ana'],
  ['keep', 500, null, 'Eva'],
  ['newest', 500, null, 'Eva'],
] as const)('by the rule %s, told at %d, the name %s becomes %s', (rule, at, known, expected) => {
  expect(nameBy(rule, at, known)).toBe(expected);
});

test('each attribute has its own rule, and tags are added', () => {
  const told = { attributes: { role: 'student', size: 5 }, tags: ['fair', 'vip'], at: 2000 };
  const { after, changes } = merged(ana, told, rules({ attribute: { role: 'keep' } }));
  expect(after).toMatchObject({ attributes: { role: 'director', size: 5 }, tags: ['fair', 'vip'], changedAt: 2000 });
  expect(changes).toEqual([
    { field: 'attributes.size', before: null, after: 5 },
    { field: 'tags', before: ['vip'], after: ['fair', 'vip'] },
  ]);
});

test('a name of every object is an attribute like another', () => {
  const told = { attributes: { constructor: 'x' }, at: 2000 };
  expect(merged(ana, told, rules()).changes).toEqual([{ field: 'attributes.constructor', before: null, after: 'x' }]);
});

const fieldRule = fc.constantFrom<FieldRule>('keep', 'replace', 'newest');
const anyRules: fc.Arbitrary<MergeRules> = fc.record({
  name: fieldRule,
  locale: fieldRule,
  timeZone: fieldRule,
  tags: fc.constantFrom('append', 'keep', 'replace', 'newest'),
  attributes: fieldRule,
  attribute: fc.dictionary(fc.constantFrom('a', 'b'), fieldRule),
});
const word = fc.constantFrom('x', 'y', 'z');
const anyTold: fc.Arbitrary<ToldContact> = fc.record(
  {
    name: word,
    locale: word,
    timeZone: word,
    tags: fc.uniqueArray(word),
    attributes: fc.dictionary(fc.constantFrom('a', 'b', 'c'), word),
    at: fc.integer({ min: 0, max: 2000 }),
  },
  { requiredKeys: ['at'] },
);

// INV-IMPORT-UNDO
test('whatever rows an import brings, taking its changes back gives what was there before', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyTold, { maxLength: 5 }), (how, rows) => {
      let now = ana;
      const changes = rows.flatMap((told) => {
        const step = merged(now, told, how);
        now = step.after;
        return step.changes;
      });
      const { after, kept } = restored(now, changes);
      expect([{ ...after, changedAt: ana.changedAt }, kept]).toEqual([ana, []]);
    }),
  );
});

test('a row that comes again changes nothing', () => {
  fc.assert(
    fc.property(anyRules, anyTold, (how, told) => {
      const { after } = merged(ana, told, how);
      expect(merged(after, told, how).changes).toEqual([]);
    }),
  );
});

test('what something else has changed since stays as it is', () => {
  const { after, changes } = merged(ana, { name: 'Eva', locale: 'en', at: 2000 }, rules());
  expect(restored({ ...after, name: 'Eva Maria' }, changes)).toEqual({
    after: { ...after, name: 'Eva Maria', locale: 'pt-BR' },
    kept: ['name'],
  });
});
