import { conditionSchema, explain } from '../../../src/domain/conditions';
import type { Facts, LeadFacts } from '../../../src/domain/facts';
import { anEvent, DAY, MONDAY, someFacts } from '../../support/builders';

const LEAD: LeadFacts = {
  id: 'lead',
  offer: 'demo',
  source: 'web',
  campaign: null,
  stage: 'new',
  temperature: 'warm',
  grade: 'C',
  score: 45,
  createdAt: MONDAY - DAY,
};
const FACTS = someFacts([], { lead: LEAD });
const said = (input: unknown, facts: Facts = FACTS) => explain(conditionSchema.parse(input), facts, MONDAY);

test('a tree is explained by what was found at each leaf, whatever the answer', () => {
  const parts = [
    { fact: 'lead.score', atLeast: 40 },
    { fact: 'lead.grade', in: ['A', 'B'] },
  ];
  const expected = 'lead.score 45 is at least 40 and lead.grade C is none of A, B';
  expect([{ all: parts }, { any: parts }, { not: { any: parts } }].map((input) => said(input))).toEqual([
    expected,
    expected,
    expected,
  ]);
});

test.each([
  [{ fact: 'lead.stage', is: 'new' }, 'lead.stage is new'],
  [{ fact: 'lead.stage', is: 'mql' }, 'lead.stage new is not mql'],
  [{ fact: 'lead.stage', isNot: 'mql' }, 'lead.stage new is not mql'],
  [{ fact: 'lead.score', lessThan: 40.5 }, 'lead.score 45 is at least 40.5'],
  [{ fact: 'lead.offer', contains: 'em' }, 'lead.offer demo contains em'],
  [{ fact: 'lead.createdAt', before: '2h ago' }, 'lead.createdAt 2026-01-04T12:00:00Z is before 2h ago'],
  [
    { fact: 'lead.createdAt', after: '2026-01-05T00:00:00Z' },
    'lead.createdAt 2026-01-04T12:00:00Z is not after 2026-01-05T00:00:00Z',
  ],
  [{ fact: 'lead.createdAt', exists: false }, 'lead.createdAt is set'],
  [{ fact: 'lead.campaign', isNot: 'spring' }, 'lead.campaign is missing, which passes "isNot spring"'],
  [{ fact: 'client.revenue', moreThan: 5 }, 'client.revenue is missing, which fails "moreThan 5"'],
])('%j: %s', (input, expected) => {
  expect(said(input)).toBe(expected);
});

test('text that looks like a number is shown as text', () => {
  const facts = someFacts([], { contact: { ...FACTS.contact, attributes: { size: '10' } } });
  expect(said({ fact: 'contact.attributes.size', is: 10 }, facts)).toBe('contact.attributes.size "10" is not 10');
  expect(said({ fact: 'contact.attributes.size', atLeast: 5 }, facts)).toBe(
    'contact.attributes.size "10" is no number, which fails "atLeast 5"',
  );
});

test('long values are cut between characters', () => {
  const facts = someFacts([], { contact: { ...FACTS.contact, attributes: { note: '😀'.repeat(100) } } });
  expect(said({ fact: 'contact.attributes.note', exists: true }, facts)).toBe('contact.attributes.note is set');
  expect(said({ fact: 'contact.attributes.note', startsWith: '😀' }, facts)).toBe(
    `contact.attributes.note "${'😀'.repeat(60)}…" starts with "😀"`,
  );
});

test('the address and the name of a contact are never shown', () => {
  const inputs = [
    { fact: 'contact.email', is: 'ana@example.test' },
    { fact: 'contact.email', contains: '@other.test' },
    { fact: 'contact.name', exists: true },
  ];
  expect(inputs.map((input) => said(input))).toEqual([
    'contact.email is set, which passes "is"',
    'contact.email is set, which fails "contains"',
    'contact.name is set',
  ]);
});

const CLICKS = someFacts([1, 2, 3].map((seq) => anEvent(seq, 'mail.clicked', { at: MONDAY - seq * DAY })));

test.each([
  [{ did: 'mail.clicked', within: '14d', atLeast: 2 }, 'mail.clicked came at least 2 times within 14d'],
  [{ did: 'mail.clicked', within: '1d', atLeast: 2 }, 'mail.clicked came once (not 2 times) within 1d'],
  [{ did: 'mail.clicked', atMost: 2 }, 'mail.clicked came more than 2 times'],
  [{ did: 'mail.clicked', atMost: 5 }, 'mail.clicked came 3 times'],
  [{ did: 'page.seen' }, 'page.seen never came'],
])('%j: %s', (input, expected) => {
  expect(said(input, CLICKS)).toBe(expected);
});

test('what an event had to be is told as it was written', () => {
  const where = { any: [{ fact: 'event.total', atLeast: 100 }, { not: { fact: 'event.items', includes: 'tree' } }] };
  expect(said({ did: 'mail.clicked', within: '14d', where }, CLICKS)).toBe(
    'mail.clicked came at least once within 14d with (event.total atLeast 100 or not (event.items includes tree))',
  );
  expect(said({ did: 'page.seen', since: 'journey' }, CLICKS)).toBe('page.seen never came since the journey began');
});

test('a segment is told by its name, whether the contact is in it, and what was found', () => {
  const means = {
    all: [
      { fact: 'lead.score', atLeast: 40 },
      { fact: 'lead.grade', is: 'C' },
    ],
  };
  expect(said({ segment: 'engaged', means })).toBe('in segment engaged: lead.score 45 is at least 40, lead.grade is C');
  expect(said({ not: { segment: 'engaged', means: { not: means } } })).toMatch(/^not in segment engaged: lead\.score/);
});

const DATED = someFacts([], {
  contact: { ...FACTS.contact, tags: ['eu', 'vip'], attributes: { born: '1990-01-05', note: 'soon', seen: ['a', 1] } },
  event: anEvent(1, 'order.placed', { properties: { total: 120 } }),
});

test.each([
  [{ fact: 'contact.tags', includesAny: ['vip', 'us'] }, 'contact.tags [eu, vip] includes one of vip, us'],
  [{ fact: 'contact.attributes.seen', includes: 2 }, 'contact.attributes.seen [a, 1] does not include 2'],
  [
    { fact: 'contact.attributes.note', includes: 'a' },
    'contact.attributes.note soon is no list, which fails "includes a"',
  ],
  [
    { fact: 'contact.attributes.born', anniversary: 'today' },
    'contact.attributes.born "1990-01-05" has its anniversary today',
  ],
  [{ fact: 'contact.attributes.born', on: 'in 3d' }, 'contact.attributes.born "1990-01-05" does not fall in 3d'],
  [{ fact: 'contact.attributes.born', on: '1990-01-05' }, 'contact.attributes.born "1990-01-05" falls on 1990-01-05'],
  [
    { fact: 'contact.attributes.note', before: 'today' },
    'contact.attributes.note soon is no date, which fails "before today"',
  ],
  [{ fact: 'event.total', between: [100, 200] }, 'event.total 120 is within 100, 200'],
  [{ fact: 'entry.total', exists: false }, 'entry.total is missing, which passes "exists false"'],
  [{ fact: 'organisation.size', lessThan: 50 }, 'organisation.size is missing, which fails "lessThan 50"'],
])('%j: %s', (input, expected) => {
  expect(said(input, DATED)).toBe(expected);
});

test('long lists are cut', () => {
  const offers = Array.from({ length: 20 }, (_, index) => `o${index}`);
  expect(said({ fact: 'lead.offer', in: offers })).toMatch(/^lead\.offer demo is none of o0, .*, o11 and 8 more$/);
  const all = Array.from({ length: 14 }, () => ({ fact: 'lead.score', atLeast: 40 }));
  expect(said({ all })).toMatch(/^(lead\.score 45 is at least 40 and ){12}2 more$/);
});
