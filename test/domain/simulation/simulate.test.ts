import { deliverySchema } from '../../../src/domain/delivery/rules';
import { gateSchema } from '../../../src/domain/gate/rules';
import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { Rules } from '../../../src/domain/rules';
import type { Definition } from '../../../src/domain/sequence/definition';
import type { DomainShare } from '../../../src/domain/simulation/population';
import { reportOf, spreadOf } from '../../../src/domain/simulation/report';
import { type Simulated, simulate } from '../../../src/domain/simulation/simulate';
import type { Counts } from '../../../src/domain/simulation/tally';
import { sampleProfiles } from '../../../src/sample/profiles';
import { shippedRules, shippedSequence } from '../../content/shipped';
import { aDefinition, HOUR, MONDAY } from '../../support/builders';

let rules: Rules;
let nurture: Definition;
beforeAll(async () => {
  rules = await shippedRules();
  nurture = await shippedSequence('course-nurture');
});

const profiles = sampleProfiles({ count: 200, seed: 1, now: MONDAY });

function counted({
  seed = 1,
  count = 400,
  ...parts
}: Partial<Simulated> & { readonly seed?: number; readonly count?: number } = {}): Counts {
  return simulate({
    rules,
    sequence: nurture,
    others: [],
    population: { type: 'made-up', profiles, count, offer: 'course' },
    model: { script: scriptSchema.parse({ seed }) },
    resources: {},
    startsAt: MONDAY,
    days: 90,
    ...parts,
  });
}

test('the same seed counts the same, another one something else', () => {
  expect(counted()).toEqual(counted());
  expect(counted({ seed: 2 })).not.toEqual(counted());
});

test('everyone who entered has ended or is under way, and each step is left by as many as came', () => {
  const { entered, running, outcomes, steps } = counted({ days: 12 });
  const ended = Object.values(outcomes['course-nurture'] ?? {}).reduce((sum, count) => sum + count, 0);
  expect(entered).toBe(400);
  expect(ended + running).toBe(entered);
  expect(steps.reduce((sum, { standing }) => sum + standing, 0)).toBe(running);
  expect(steps.every(({ standing }) => standing >= 0)).toBe(true);
});

test('people come on their days', () => {
  expect(counted({ arrivalsPerDay: 10, days: 7 }).entered).toBe(70);
});

test('the busiest hour is one hour, also of mails on the last morning of a simulation that began at noon', () => {
  const sequence = aDefinition({
    steps: [
      { id: 'hello', type: 'mail', template: 'course-programme' },
      { id: 'done', type: 'end' },
    ],
  });
  const gate = gateSchema.parse({ consentFor: [] });
  const { mails, mailsInBusiestHour } = counted({ rules: { ...rules, gate }, sequence, days: 1, count: 480 });
  expect(mails).toBe(480);
  expect(mailsInBusiestHour).toBeLessThan(60); // 20 in each, on average
});

test('a provider with little room makes mails wait, and takes no more than it says', () => {
  const { mailsInBusiestHour, deferrals } = counted({ resources: { mailsPerHour: 40 } });
  expect(counted().mailsInBusiestHour).toBeGreaterThan(40);
  expect(mailsInBusiestHour).toBeLessThanOrEqual(41);
  expect(deferrals.provider).toBeGreaterThan(0);
});

test('mails wait for the lane of their domain, the others do not, and no more go than it takes', () => {
  const delivery = deliverySchema.parse({ domains: { 'gmail.com': { perSecond: 0.01 } } });
  const people = (domains: readonly DomainShare[]) =>
    ({ type: 'made-up', profiles, count: 400, offer: 'course', domains }) as const;
  const slow = { rules: { ...rules, delivery } };
  const free = counted({ ...slow, population: people([]) });
  const all = counted({ ...slow, population: people([{ domain: 'gmail.com', share: 1 }]) });
  const some = counted({ ...slow, population: people([{ domain: 'gmail.com', share: 0.3 }]) });
  expect(free.deferrals.lane).toBe(0);
  expect(all.mailsInBusiestHour).toBeLessThanOrEqual(37);
  expect(some.deferrals.lane).toBeGreaterThan(0);
  expect(all.deferrals.lane).toBeGreaterThan(some.deferrals.lane);
  expect(some.mailsInBusiestHour).toBeGreaterThan(37);
});

test('whoever has left by the time their turn comes gets no mail', () => {
  const delivery = deliverySchema.parse({ provider: { perSecond: 0.01 } });
  const sequence = aDefinition({
    purpose: 'transactional',
    enter: { on: 'lead.created' },
    exits: [{ name: 'late', when: { fact: 'lead.createdAt', before: '2h ago' } }],
    steps: [
      { id: 'hello', type: 'mail', template: 'welcome' },
      { id: 'done', type: 'end' },
    ],
  });
  const { mails, outcomes } = counted({ rules: { ...rules, delivery }, sequence, count: 2000, days: 10 });
  expect(mails).toBeGreaterThan(70);
  expect(mails).toBeLessThan(900);
  expect(outcomes.test).toEqual({ completed: mails, late: 2000 - mails });
});

test('reps with no room put answers off, and more handoffs are escalated and expire', () => {
  const [free, full] = [counted(), counted({ resources: { handoffsPerDay: 1 } })];
  expect(free.putOff).toBe(0);
  expect(full.putOff).toBeGreaterThan(0);
  expect(full.handoffsByStatus.expired).toBeGreaterThan(free.handoffsByStatus.expired);
});

test('what was measured gives the level: nobody clicks where nobody ever did, and the delays are those that were seen', () => {
  const measuredAt = (clickRate: number) => ({
    accepted: 1000,
    clickRate,
    unsubscribeRate: 0,
    callRate: 0,
    clickDelaysMs: [HOUR, 2 * HOUR],
  });
  const templates = nurture.steps.flatMap((step) => (step.type === 'mail' ? [step.template ?? []].flat() : []));
  const withRate = (rate: number) => {
    const measured = new Map(templates.map((template) => [template, measuredAt(rate)]));
    return counted({ model: { script: scriptSchema.parse({}), measured } });
  };
  expect(withRate(0).clicks).toBe(0);
  const { clicks, mails } = withRate(0.1);
  expect(clicks / mails).toBeGreaterThan(0.05);
  expect(clicks / mails).toBeLessThan(0.15);
});

test('memory does not grow with days: what a simulation keeps of a silent lead is the same after a year', () => {
  const silent = { script: scriptSchema.parse({ everyone: { persona: 'passive' }, reps: 'silent' }) };
  const { running, mails } = counted({ model: silent, days: 400 });
  expect({ running, mails }).toEqual({ running: 0, mails: counted({ model: silent, days: 60 }).mails });
});

test('a spread is a median with the bounds of the middle 80 %', () => {
  expect(spreadOf([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual({ median: 5, low: 1, high: 9 });
  expect(spreadOf([3])).toEqual({ median: 3, low: 3, high: 3 });
});

test('a report sets answers against what reps have room for', () => {
  const runs = [counted({ seed: 1 }), counted({ seed: 2 })];
  const { routing } = rules;
  const { repCapacityPerWeek, totals, mailsPerDay } = reportOf(runs, { resources: { handoffsPerDay: 2 }, routing });
  expect(repCapacityPerWeek).toBe(2 * 7 * 5);
  expect(totals.entered).toEqual({ median: 400, low: 400, high: 400 });
  expect(mailsPerDay).toHaveLength(90);
  expect(reportOf(runs, { resources: {}, routing }).repCapacityPerWeek).toBeNull();
});
