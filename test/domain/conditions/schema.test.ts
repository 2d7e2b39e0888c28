import { z } from 'zod';
import { conditionSchema } from '../../../src/domain/conditions';
import { KNOWN_PATHS } from '../../../src/domain/conditions/fact';

/** `path: message` for each problem. */
function problems(input: unknown): readonly string[] {
  const { error } = conditionSchema.safeParse(input);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('a condition becomes plain JSON with durations in milliseconds', () => {
  const input = {
    all: [
      {
        any: [
          { fact: 'lead.grade', in: ['A', 'B'] },
          { fact: 'contact.attributes.country', is: 'BR' },
        ],
      },
      { not: { did: 'mail.clicked', within: '14d', atLeast: 2 } },
      { fact: 'client.lastPurchaseAt', before: '90d ago' },
      { fact: 'client.lastPurchaseAt', after: '2026-01-01T00:00:00-03:00' },
    ],
  };
  const parsed = conditionSchema.parse(input);
  expect(parsed).toEqual({
    all: [
      {
        any: [
          { fact: 'lead.grade', in: ['A', 'B'] },
          { fact: 'contact.attributes.country', is: 'BR' },
        ],
      },
      { not: { did: 'mail.clicked', within: 1_209_600_000, atLeast: 2 } },
      { fact: 'client.lastPurchaseAt', before: { ago: 7_776_000_000 } },
      { fact: 'client.lastPurchaseAt', after: { at: Date.UTC(2026, 0, 1, 3) } },
    ],
  });
  expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
});

test('an unknown fact is refused with the known ones', () => {
  expect(problems({ fact: 'lead.scor', atLeast: 1 })).toEqual([
    `fact: there is no fact "lead.scor"; known: ${KNOWN_PATHS.join(', ')}`,
  ]);
});

test.each([
  [
    { fact: 'lead.score', gt: 1 },
    'gt: unknown operator "gt"; on lead.score write one of is, isNot, in, notIn, moreThan, atLeast, lessThan, atMost, between, exists',
  ],
  [
    { fact: 'lead.offer', atLeast: 1 },
    'atLeast: atLeast does not go with text; on lead.offer write one of is, isNot, in, notIn, contains, notContains, startsWith, endsWith, exists',
  ],
  [
    { fact: 'client.lastPurchaseAt', is: '2026-01-01' },
    'is: is does not go with a moment; on client.lastPurchaseAt write one of exists, before, after, on, anniversary',
  ],
  [
    { fact: 'contact.tags', contains: 'vip' },
    'contains: contains does not go with a list; on contact.tags write one of includes, includesAny, includesAll, includesNone, exists',
  ],
  [
    { fact: 'contact.attributes.born', on: '36h ago' },
    'on: dates go by whole days; write today, a date (2026-03-01), or whole days (in 3d, 3d ago)',
  ],
  [
    { fact: 'contact.attributes.born', anniversary: '2026-02-30' },
    'anniversary: "2026-02-30" is on no calendar; write today, a date (2026-03-01), or whole days (in 3d, 3d ago)',
  ],
  [{ fact: 'lead.score', between: [50, 10] }, 'between: has its least above its most, so it never holds; swap them'],
  [{ fact: 'lead.score', between: [10] }, 'between: must be the least and the most, like [10, 50]'],
  [
    { did: 'order.placed', where: { fact: 'lead.score', atLeast: 1 } },
    'where.fact: lead.score is not about the event; compare event.<property> here, and put the rest beside the did under all:',
  ],
  [
    { did: 'order.placed', where: { any: [{ not: { did: 'page.seen' } }] } },
    'where.any.0.not: did is not about the event; compare event.<property> here, and put the rest beside the did under all:',
  ],
  [{ did: 'order.placed', since: '2d' }, 'since: must be journey; for a time write within: 14d'],
  [{ segment: 'engaged' }, 'segment: the segment "engaged" is not known here; write out its condition'],
  [{ segment: 'engaged', means: { did: 'a' }, atLeast: 1 }, 'atLeast: unknown key "atLeast"; segment stands alone'],
  [
    { fact: 'lead.score', atLeast: 1, atMost: 2 },
    'atMost: a second operator beside atLeast; put each in a comparison of its own under all:',
  ],
  [{ fact: 'lead.score', atLeast: '40' }, 'atLeast: must be a number, written without quotes'],
  [{ fact: 'lead.score', atLeast: Number.POSITIVE_INFINITY }, 'atLeast: must be a number, written without quotes'],
  [{ fact: 'lead.offer', is: 10 }, 'is: must be text; put a number in quotes, like "10"'],
  [{ fact: 'lead.grade', in: ['A', 'E'] }, 'in.1: must be one of A, B, C, D'],
  [{ fact: 'lead.grade', in: [] }, 'in: must name at least one value'],
  [{ fact: 'lead.offer', is: 'a\0' }, 'is: contains NUL characters or half a surrogate pair; remove them'],
  [
    { fact: 'contact.attributes.x', in: ['\ud83d'] },
    'in.0: contains NUL characters or half a surrogate pair; remove them',
  ],
  [{ any: [{ not: 5 }] }, 'any.0.not: not a condition; write one of all, any, not, did, fact, segment'],
  [{ all: [] }, 'all: must hold at least one condition'],
  [{ all: [{ did: 'a' }], else: 'x' }, 'else: unknown key "else"; all stands alone'],
  [{ did: 'a', fact: 'lead.score' }, ': has did and fact at once; make each a condition of its own'],
  [{ did: 'mail.clicked', atleast: 2 }, ': Unrecognized key: "atleast"'],
  [{ did: 'mail.clicked', within: 14 }, 'within: Invalid input: expected string, received number'],
  [{ did: 'mail.clicked', atLeast: 3, atMost: 2 }, 'atMost: is less than atLeast, so this never holds'],
  [null, ': a condition is missing here; write one of all, any, not, did, fact, segment'],
])('%j is refused', (input, problem) => {
  expect(problems(input)).toEqual([problem]);
});

test('every problem of a tree is reported, each at its place', () => {
  const input = {
    all: [{ fact: 'lead.score', atLeast: 'x' }, { any: [{ did: 'A' }, { fact: 'lead.grade', is: 'Z' }] }],
  };
  expect(problems(input).map((problem) => problem.split(':')[0])).toEqual([
    'all.0.atLeast',
    'all.1.any.0.did',
    'all.1.any.1.is',
  ]);
});

test('a condition that is too deep or too large is refused, also when aliases make it explode', () => {
  const nested = (depth: number): unknown => (depth === 0 ? { did: 'a' } : { not: nested(depth - 1) });
  expect(problems(nested(15))).toEqual([]);
  expect(problems(nested(16))).toEqual([': is nested more than 16 deep; make it flatter']);
  const inside = (depth: number): unknown => ({ segment: 'a', means: depth === 0 ? { did: 'a' } : inside(depth - 1) });
  expect(problems(inside(15))).toEqual([': is nested more than 16 deep; make it flatter']);
  let bomb: unknown = { did: 'a' };
  for (let level = 0; level < 12; level += 1) bomb = { all: Array(100).fill(bomb) };
  expect(problems(bomb)).toEqual([': has more than 500 parts; split it']);
});

test('problems carry their place in the document around them', () => {
  const { error } = z.strictObject({ when: conditionSchema }).safeParse({ when: { not: { did: '!' } } });
  expect(error?.issues.map(({ path }) => path)).toEqual([['when', 'not', 'did']]);
  expect(z.strictObject({ when: conditionSchema }).safeParse({}).success).toBe(false);
  expect(z.strictObject({ when: conditionSchema.optional() }).parse({})).toEqual({});
});

test('editors get a JSON Schema with the facts and the operators that go with each', () => {
  const { $defs, required } = z.toJSONSchema(z.strictObject({ when: conditionSchema }), { io: 'input' });
  expect(required).toEqual(['when']);
  const { anyOf = [] } = $defs?.Condition ?? {};
  expect(anyOf).toContainEqual(
    expect.objectContaining({
      additionalProperties: false,
      properties: expect.objectContaining({ not: { $ref: '#/$defs/Condition' } }),
    }),
  );
  expect(anyOf).toContainEqual(
    expect.objectContaining({
      properties: expect.objectContaining({
        fact: { enum: ['lead.grade'] },
        is: { type: 'string', enum: ['A', 'B', 'C', 'D'] },
      }),
    }),
  );
});
