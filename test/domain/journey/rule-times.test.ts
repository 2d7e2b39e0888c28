import fc from 'fast-check';
import type { FactEvent, Facts } from '../../../src/domain/facts';
import type { Json } from '../../../src/domain/ids';
import { advance } from '../../../src/domain/journey/advance';
import { initialState } from '../../../src/domain/journey/state';
import { scoreAt } from '../../../src/domain/scoring/interest';
import type { Definition } from '../../../src/domain/sequence/definition';
import {
  aDefinition,
  aLeadAt,
  anEvent,
  CONTACT_ID,
  DAY,
  HOUR,
  JOURNEY_ID,
  MONDAY,
  someFacts,
  someRules,
} from '../../support/builders';

const journey = { id: JOURNEY_ID, contactId: CONTACT_ID };
const { halfLife } = someRules.scoring;

/** Waits thirty days, unless `when` holds. */
const waitsUnless = (when: Json): Definition =>
  aDefinition({
    exits: [{ name: 'over', when }],
    steps: [
      { id: 'rest', type: 'wait', for: '30d' },
      { id: 'done', type: 'end' },
    ],
  });

const look = (definition: Definition, facts: Facts, now = MONDAY) =>
  advance({ definition, journey, state: initialState(0), facts, rules: someRules, now, turn: 0 });

function untilOf(definition: Definition, facts: Facts): number | null {
  const { move } = look(definition, facts);
  return move.type === 'await' ? move.until : null;
}

const seen = (at: number): FactEvent => anEvent(1, 'page.viewed', { at });
const withScore = (score: number) => someFacts([], { lead: { ...aLeadAt('nurturing'), score } });
const withAttributes = (attributes: Facts['contact']['attributes']): Facts => {
  const facts = someFacts();
  return { ...facts, contact: { ...facts.contact, attributes } };
};
/** Midnight of the Tuesday in São Paulo, three hours behind UTC. */
const TUESDAY = Date.UTC(2026, 0, 6, 3);

test.each<[string, Json, Facts, number]>([
  [
    'nothing came for a week',
    { not: { did: 'page.viewed', within: '7d' } },
    someFacts([seen(MONDAY - DAY)]),
    MONDAY + 6 * DAY + 1,
  ],
  ['an age is reached', { fact: 'contact.createdAt', before: '10d ago' }, someFacts(), MONDAY + 10 * DAY + 1],
  [
    'a date comes',
    { fact: 'contact.attributes.ends', on: 'in 2d' },
    withAttributes({ ends: '2026-01-11' }),
    TUESDAY + 3 * DAY,
  ],
  [
    'a birthday comes',
    { fact: 'contact.attributes.born', anniversary: 'today' },
    withAttributes({ born: '1990-01-06' }),
    TUESDAY,
  ],
  [
    'the interest has faded below 20',
    { fact: 'lead.score', lessThan: 20 },
    withScore(40),
    MONDAY + Math.ceil(halfLife * Math.log2(40 / 19.995)) + 1,
  ],
])('a journey looks when %s', (_name, when, facts, at) => {
  const definition = waitsUnless(when);
  expect(untilOf(definition, facts)).toBe(at);
  const { state } = look(definition, facts);
  const lead = facts.lead && { ...facts.lead, score: scoreAt({ points: facts.lead.score, at: MONDAY }, at, halfLife) };
  const then = advance({ definition, journey, state, facts: { ...facts, lead }, rules: someRules, now: at, turn: 1 });
  expect(then.move).toEqual({ type: 'end', outcome: 'over' });
});

test('a rule that time does not change, or not before the wait is over, adds no look', () => {
  const rest = MONDAY + 30 * DAY;
  expect(untilOf(waitsUnless({ fact: 'contact.attributes.lost', is: true }), someFacts())).toBe(rest);
  expect(untilOf(waitsUnless({ fact: 'contact.createdAt', before: '60d ago' }), someFacts())).toBe(rest);
  expect(untilOf(waitsUnless({ did: 'page.viewed', within: '7d', atMost: 9 }), someFacts())).toBeNull(); // holds at once
});

test('a journey that nothing wakes looks for its goal all the same', () => {
  const definition = aDefinition({
    goal: { name: 'quiet', when: { not: { did: 'page.viewed', within: '2d' } } },
    steps: [
      { id: 'listen', type: 'waitFor', event: 'purchase' },
      { id: 'done', type: 'end' },
    ],
  });
  expect(untilOf(definition, someFacts([seen(MONDAY)]))).toBe(MONDAY + 2 * DAY + 1);
});

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    did: fc.constant('page.viewed'),
    within: fc.constantFrom('1h', '2d', '9d'),
    atLeast: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    did: fc.constant('page.viewed'),
    within: fc.constantFrom('5h', '3d'),
    atMost: fc.integer({ min: 0, max: 2 }),
  }),
  fc
    .constantFrom('3h ago', '5d ago')
    .chain((moment) =>
      fc.constantFrom<Json>({ fact: 'contact.createdAt', before: moment }, { fact: 'lead.createdAt', after: moment }),
    ),
  fc
    .integer({ min: 1, max: 40 })
    .chain((score) =>
      fc.constantFrom<Json>({ fact: 'lead.score', lessThan: score }, { fact: 'lead.score', atLeast: score }),
    ),
  fc.constantFrom<Json>(
    { fact: 'contact.attributes.born', on: 'in 1d' },
    { fact: 'contact.attributes.born', before: '2d ago' },
  ),
);
const condition: fc.Arbitrary<Json> = fc.oneof(
  leaf,
  leaf.map((not) => ({ not })),
  fc.tuple(leaf, leaf).map(([a, b]) => ({ all: [a, b] })),
  fc.tuple(leaf, leaf).map(([a, b]) => ({ any: [a, { not: b }] })),
);

// INV-RULES-IN-TIME
test('whatever the rule, no look comes later than the first hour at which it holds', () => {
  const events = fc.array(fc.integer({ min: -9 * 24, max: 0 }), { maxLength: 5 });
  fc.assert(
    fc.property(
      condition,
      events,
      fc.integer({ min: 1, max: 45 }),
      fc.integer({ min: 1, max: 12 }),
      (when, hours, score, day) => {
        const definition = waitsUnless(when);
        const log = hours.map((hour, index) => anEvent(index + 1, 'page.viewed', { at: MONDAY + hour * HOUR }));
        const facts: Facts = {
          ...withAttributes({ born: `2026-01-${String(day).padStart(2, '0')}` }),
          lead: { ...aLeadAt('nurturing'), score },
          events: log,
          lastSeq: log.length,
        };
        const first = look(definition, facts);
        if (first.move.type !== 'await') return;
        const until = first.move.until ?? Number.POSITIVE_INFINITY;
        for (let now = MONDAY; now < Math.min(until, MONDAY + 30 * DAY); now += HOUR) {
          const lead = { ...aLeadAt('nurturing'), score: scoreAt({ points: score, at: MONDAY }, now, halfLife) };
          const then = advance({
            definition,
            journey,
            state: first.state,
            facts: { ...facts, lead },
            rules: someRules,
            now,
            turn: 1,
          });
          // the matcher costs more than the look, of which there are a hundred thousand
          if (then.move.type !== 'await') throw new Error(`${new Date(now).toISOString()}: ${then.move.type}`);
        }
      },
    ),
    { numRuns: 25 }, // each of some hundreds of looks
  );
});
