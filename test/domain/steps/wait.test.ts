import { calendarsFrom, calendarsSchema } from '../../../src/domain/calendar/schema';
import type { Facts } from '../../../src/domain/facts';
import { fallsThrough, planStep, type Step, stepSchema, stepTargets, takesTime } from '../../../src/domain/steps';
import type { Situation } from '../../../src/domain/steps/handler';
import { anEvent, HOUR, MONDAY, someFacts } from '../../support/builders';
import { arrived as anyArrived, aStep } from '../../support/situations';

const at = (iso: string) => Date.parse(iso);
const wait = (input: object): Step => aStep({ type: 'wait', ...input });
const until = (parts: object): Step => wait({ until: parts });

const weekday = ['09:00-12:00', '13:00-18:00'];
const calendars = calendarsFrom(
  calendarsSchema.parse({
    calendars: {
      office: {
        hours: { mon: weekday, tue: weekday, wed: weekday, thu: weekday, fri: weekday },
        holidays: ['2026-01-06'],
      },
    },
  }),
  'Europe/Warsaw',
);

const arrived: Situation = { ...anyArrived, calendars };
const now = (iso: string, facts: Partial<Facts> = {}): Situation => ({
  ...arrived,
  now: at(iso),
  facts: someFacts([], facts),
});
const startsAt = (value: string | number | null) => ({
  entry: anEvent(1, 'webinar.booked', { properties: { startsAt: value } }),
});
const attribute = (contractEnd: string | number, timeZone = 'Europe/Warsaw') => ({
  contact: { ...someFacts().contact, timeZone, attributes: { contractEnd } },
});
const ENTRY = { date: 'entry.startsAt', zone: 'Europe/Warsaw' };
const CONTRACT = { date: 'contact.attributes.contractEnd' };

/** Name of the case, the date and its `until`, when it is in Warsaw; asked on 1 January. Clocks change on 29 March and 25 October. */
test.each<[string, object, Partial<Facts>, string]>([
  ['an instant is itself', ENTRY, startsAt('2026-05-05T16:00:00Z'), '2026-05-05T16:00Z'],
  ['so is one with an offset', ENTRY, startsAt('2026-05-05T16:00-03:00'), '2026-05-05T19:00Z'],
  ['a time without one is by the clocks of the zone', ENTRY, startsAt('2026-05-05T16:00'), '2026-05-05T14:00Z'],
  ['a date begins with its day in the zone', ENTRY, startsAt('2026-05-05'), '2026-05-04T22:00Z'],
  [
    'a date is by the clocks of the contact, when no zone is named',
    CONTRACT,
    attribute('2026-05-05', 'America/Sao_Paulo'),
    '2026-05-05T03:00Z',
  ],
  [
    'or of the company, when that is named',
    { ...CONTRACT, zone: 'company' },
    attribute('2026-05-05', 'America/Sao_Paulo'),
    '2026-05-04T22:00Z',
  ],
  [
    'with a time it is that time of the date',
    { ...CONTRACT, time: '09:00' },
    attribute('2026-05-05'),
    '2026-05-05T07:00Z',
  ],
  ['hours before are exact', { ...ENTRY, offset: '-2h' }, startsAt('2026-05-05T16:00Z'), '2026-05-05T14:00Z'],
  ['days after', { ...ENTRY, offset: '1w 2d' }, startsAt('2026-05-05T16:00Z'), '2026-05-14T16:00Z'],
  [
    'a day before keeps the time of day over the spring change',
    { ...ENTRY, offset: '-1d' },
    startsAt('2026-03-29T16:00:00+02:00'),
    '2026-03-28T16:00+01:00',
  ],
  [
    '24 hours before do not',
    { ...ENTRY, offset: '-24h' },
    startsAt('2026-03-29T16:00:00+02:00'),
    '2026-03-28T15:00+01:00',
  ],
  [
    'a day before keeps the time of day over the autumn change',
    { ...ENTRY, offset: '-1d' },
    startsAt('2026-10-25T16:00:00+01:00'),
    '2026-10-24T16:00+02:00',
  ],
  [
    'a day before a date is the day before, also across the spring change',
    { ...CONTRACT, offset: '-1d', time: '09:00' },
    attribute('2026-03-30'),
    '2026-03-29T09:00+02:00',
  ],
  [
    'a day before that the spring change skips moves past the gap',
    { ...ENTRY, offset: '-1d' },
    startsAt('2026-03-30T02:30:00+02:00'),
    '2026-03-29T03:30+02:00',
  ],
  [
    'a time that the spring change skips moves past the gap',
    { ...CONTRACT, time: '02:30' },
    attribute('2026-03-29'),
    '2026-03-29T03:30+02:00',
  ],
  [
    'of a time that comes twice the first counts',
    { ...CONTRACT, time: '02:30' },
    attribute('2026-10-25'),
    '2026-10-25T02:30+02:00',
  ],
  [
    'days and hours: first the days by the calendar, then the hours by the clock',
    { ...ENTRY, offset: '-1d 2h' },
    startsAt('2026-03-30T04:30:00+02:00'),
    '2026-03-29T01:30+01:00', // 04:30 on the 29th, less two hours of which the change has left one
  ],
  [
    'hours may lead to another day, of which the time counts then',
    { ...ENTRY, offset: '-2h', time: '20:00' },
    startsAt('2026-05-05T01:00:00+02:00'),
    '2026-05-04T20:00+02:00',
  ],
])('until a date: %s', (_name, parts, facts, expected) => {
  expect(planStep(until(parts), now('2026-01-01T00:00Z', facts))).toMatchObject({
    type: 'stay',
    until: at(expected),
    events: [],
  });
});

test('a midnight that clocks skip is the moment of the change', () => {
  const facts = attribute('2018-11-04', 'America/Sao_Paulo');
  expect(planStep(until(CONTRACT), now('2018-01-01T00:00Z', facts))).toMatchObject({ until: at('2018-11-04T03:00Z') });
});

test('a date may be a fact that Viveiro keeps, or a property of an event that a waitFor has used', () => {
  const client = {
    status: 'active',
    firstPurchaseAt: MONDAY,
    lastPurchaseAt: MONDAY,
    purchases: 1,
    revenue: 1,
  } as const;
  const after = { date: 'client.lastPurchaseAt', offset: '300d' };
  expect(planStep(until(after), { ...arrived, facts: someFacts([], { client }) })).toMatchObject({
    until: at('2026-11-01T12:00Z'),
    reason: 'waits until 2026-11-01 09:00 in America/Sao_Paulo (client.lastPurchaseAt 300d)',
  });
  const shipped = anEvent(7, 'order.shipped', { properties: { arrivesOn: '2026-01-09' } });
  const arrival = { date: 'event.arrivesOn', of: 'shipped', zone: 'UTC' };
  expect(planStep(until(arrival), { ...arrived, facts: someFacts([shipped]), used: { shipped: 7 } })).toMatchObject({
    until: at('2026-01-09T00:00Z'),
  });
});

const GONE = { missed: 'too-late', missing: 'ask' };
test.each<[string, object, Partial<Facts>, object]>([
  ['a date that is past', ENTRY, startsAt('2025-12-31T10:00Z'), { outcome: 'missed' }],
  ['one that is past, with a step for it', { ...ENTRY, ...GONE }, startsAt('2025-12-31'), { to: 'too-late' }],
  ['a date that is missing', ENTRY, {}, { outcome: 'missing', reason: 'entry.startsAt holds no date' }],
  ['one that is missing, with a step for it', { ...ENTRY, ...GONE }, {}, { outcome: 'missing', to: 'ask' }],
  ['a property that is null', ENTRY, startsAt(null), { outcome: 'missing' }],
  ['a text that is no date', ENTRY, startsAt('soon'), { outcome: 'missing' }],
  ['a date on no calendar', ENTRY, startsAt('2026-02-30'), { outcome: 'missing' }],
  ['a number', CONTRACT, attribute(20260505), { outcome: 'missing' }],
  ['an event that no waitFor has used', { date: 'event.x', of: 'none' }, {}, { outcome: 'missing' }],
  ['a client who is none', { date: 'client.lastPurchaseAt' }, {}, { outcome: 'missing' }],
])('%s: it goes on at once, and a decision says why', (_name, parts, facts, expected) => {
  const plan = planStep(until(parts), now('2026-01-01T00:00Z', facts));
  expect(plan).toMatchObject({ type: 'go', kind: 'wait', ...expected });
  expect(plan).not.toHaveProperty('recorded');
});

test('the reason of a missed date says which moment is past', () => {
  const step = until({ ...ENTRY, offset: '-1d', time: '09:00' });
  expect(planStep(step, now('2026-01-01T12:00Z', startsAt('2026-01-02T18:00Z')))).toMatchObject({
    reason: '2026-01-01 09:00 in Europe/Warsaw (entry.startsAt -1d at 09:00) is past',
  });
});

describe('a date that moves during the wait', () => {
  const waiting = (facts: Partial<Facts>, iso: string): Situation => ({
    ...now(iso, facts),
    phase: { type: 'waiting', until: at('2026-05-05T00:00Z'), since: at('2026-01-01T00:00Z') },
  });
  const step = wait({ until: { ...CONTRACT, zone: 'UTC' }, next: 'then' });

  test('is followed to later', () => {
    expect(planStep(step, waiting(attribute('2027-05-05'), '2026-05-05T00:00Z'))).toMatchObject({
      type: 'stay',
      until: at('2027-05-05T00:00Z'),
    });
  });

  test('and to earlier, when the journey looks', () => {
    expect(planStep(step, waiting(attribute('2026-02-02'), '2026-03-03T00:00Z'))).toMatchObject({
      type: 'go',
      to: 'then',
    });
  });

  test('leaves the time as it was when it goes away', () => {
    expect(planStep(step, waiting({}, '2026-05-04T00:00Z'))).toMatchObject({ until: at('2026-05-05T00:00Z') });
    expect(planStep(step, waiting({}, '2026-05-05T00:00Z'))).toMatchObject({ type: 'go', outcome: 'over' });
  });
});

describe('until a calendar is open', () => {
  const office = until({ calendar: 'office' });

  test('it waits for the next open moment', () => {
    expect(planStep(office, now('2026-01-05T19:00+01:00'))).toMatchObject({
      type: 'stay',
      until: at('2026-01-07T09:00+01:00'), // the 6th is a holiday
      reason: 'waits until office opens',
    });
  });

  test('open already, it goes on at once and says so', () => {
    expect(planStep(office, now('2026-01-05T10:00+01:00'))).toMatchObject({
      type: 'go',
      kind: 'wait',
      outcome: 'open',
      reason: 'office is open',
    });
  });

  test('a time is one of an open day', () => {
    expect(planStep(until({ calendar: 'office', time: '10:00' }), now('2026-01-05T10:00+01:00'))).toMatchObject({
      until: at('2026-01-07T10:00+01:00'),
    });
  });

  test('it waits again when it is closed by the time that the journey looks', () => {
    const late = { ...now('2026-01-05T18:00+01:00'), phase: { type: 'waiting', until: 0, since: 0 } as const };
    expect(planStep(office, late)).toMatchObject({ type: 'stay', until: at('2026-01-07T09:00+01:00') });
  });

  test('a calendar that is there no more holds nobody up', () => {
    expect(planStep(until({ calendar: 'gone' }), arrived)).toMatchObject({
      type: 'go',
      outcome: 'missing',
      reason: 'there is no calendar gone',
    });
    expect(planStep(until({ calendar: 'gone', time: '09:00' }), arrived)).toMatchObject({
      type: 'stay',
      until: at('2026-01-06T09:00+01:00'),
      reason: 'waits until 09:00 in Europe/Warsaw: there is no calendar gone',
    });
  });
});

describe('within the hours of a calendar', () => {
  test('a duration ends in the next of them', () => {
    expect(planStep(wait({ for: '1d', within: 'office' }), now('2026-01-05T10:00+01:00'))).toMatchObject({
      until: at('2026-01-07T09:00+01:00'),
      reason: 'waits 1d, then until office is open',
    });
  });

  test('a date that is past goes on in the next of them', () => {
    const step = wait({ until: ENTRY, within: 'office' });
    expect(planStep(step, now('2026-01-10T10:00+01:00', startsAt('2026-01-01')))).toMatchObject({
      type: 'stay',
      until: at('2026-01-12T09:00+01:00'),
      reason: '2026-01-01 00:00 in Europe/Warsaw (entry.startsAt) is past; waits until office opens',
    });
  });

  test('a calendar that is there no more is said', () => {
    expect(planStep(wait({ for: '1h', within: 'gone' }), arrived)).toMatchObject({
      until: MONDAY + HOUR,
      reason: 'waits 1h; there is no calendar gone',
    });
  });
});

test('a time by the clock of the company', () => {
  expect(planStep(until({ time: '09:00', zone: 'company' }), arrived)).toMatchObject({
    until: at('2026-01-06T09:00+01:00'),
    reason: 'waits until 09:00 in Europe/Warsaw',
  });
});

test('a wait that may go on at once takes no time: no circle may rest on it', () => {
  const steps = [{ for: '1h' }, { until: { time: '09:00' } }, { until: { calendar: 'office', time: '09:00' } }];
  expect(steps.map((one) => takesTime(wait(one)))).toEqual([true, true, true]);
  const atOnce = [{ until: { calendar: 'office' } }, { until: { ...ENTRY, time: '09:00' } }];
  expect(atOnce.map((one) => takesTime(wait(one)))).toEqual([false, false]);
});

test('the steps of a date that is past or missing are steps it may go to', () => {
  const step = until({ ...ENTRY, missed: 'too-late', missing: 'goOn' });
  expect([stepTargets(step), fallsThrough(step)]).toEqual([[{ at: ['until', 'missed'], to: 'too-late' }], true]);
});

const problems = (input: object) =>
  JSON.stringify(stepSchema.safeParse({ id: 'a', type: 'wait', ...input }).error?.issues);
test.each([
  ['a fact that holds no date', { until: { date: 'lead.score' } }, 'is no fact that may hold a date'],
  ['a distance that is none', { until: { date: 'entry.x', offset: 'a day' } }, 'not a distance from a date'],
  ['an event of no step', { until: { date: 'event.x' } }, 'goes with a date event.<property>'],
  ['a step of no event', { until: { date: 'entry.x', of: 'a' } }, 'goes with a date event.<property>'],
  ['both for and until', { for: '1d', until: { time: '09:00' } }, 'needs either'],
])('%s is refused', (_name, input, message) => {
  expect(problems(input)).toContain(message);
});
