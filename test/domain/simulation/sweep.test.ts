import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { Rules } from '../../../src/domain/rules';
import { needsSweep } from '../../../src/domain/simulation/sweep';
import { shippedRules, shippedSequence } from '../../content/shipped';
import { aDefinition, DAY, MONDAY } from '../../support/builders';
import { aProfile, aSimulation, times } from '../../support/simulating';

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

const MAIL = { id: 'hello', type: 'mail', template: 'welcome', purpose: 'transactional' };
const END = { id: 'done', type: 'end' };
const isoDate = (at: number) => new Date(at).toISOString().slice(0, 10);

test('a condition lets people in by the daily sweep, as many per day as it may', () => {
  const sequence = aDefinition({
    enter: { when: { fact: 'contact.attributes.plan', is: 'gold' }, perDay: 4 },
    steps: [MAIL, END],
  });
  const people = [...times(10, aProfile({ attributes: { plan: 'gold' } })), ...times(5)];
  const { entered, mailsPerDay } = aSimulation({ rules, sequence, people, days: 6 });
  expect(entered).toBe(10);
  expect(mailsPerDay).toEqual([0, 4, 4, 2, 0, 0]); // all have come by the first night
});

test('clients become inactive by the sweep, which enters them on the day, and others wait for a day with room', () => {
  const sequence = aDefinition({
    audience: 'client',
    enter: { on: 'client.inactive', perDay: 3 },
    steps: [MAIL, END],
  });
  const { entered, waited, mailsPerDay } = aSimulation({ rules, sequence, people: times(7), days: 5 });
  expect(entered).toBe(7);
  expect(waited).toBe(4);
  expect(mailsPerDay).toEqual([0, 3, 3, 1, 0]);
});

test('whoever waits for a day and buys meanwhile is not let in', () => {
  const sequence = aDefinition({ audience: 'client', enter: { on: 'client.inactive', perDay: 1 }, steps: [MAIL, END] });
  const other = aDefinition({
    sequence: 'other',
    audience: 'client',
    enter: { when: { fact: 'client.status', is: 'inactive' } },
    steps: [{ ...MAIL, id: 'offer' }, END],
  });
  const counts = aSimulation({
    rules,
    sequence,
    others: [other],
    people: times(40),
    days: 40,
    model: { script: scriptSchema.parse({ everyone: { persona: 'returns' } }) },
  });
  expect(counts.purchases).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
  expect(counts.steps.find(({ sequence: name }) => name === 'test')?.arrived).toBeLessThan(40);
});

test('a date lets people in on their day, and one that fell on a full day is made up for', () => {
  const day = isoDate(MONDAY + 3 * DAY);
  const sequence = aDefinition({
    enter: { date: { field: 'contact.attributes.ends', offset: '-1d' }, perDay: 2 },
    steps: [MAIL, END],
  });
  const people = times(3, aProfile({ attributes: { ends: day } }));
  expect(aSimulation({ rules, sequence, people, days: 6 }).mailsPerDay).toEqual([0, 0, 2, 1, 0, 0]);
});

test('the shipped reactivation enters its clients by the sweep, at most 200 a day', async () => {
  const sequence = await shippedSequence('client-reactivation');
  const { entered, mailsPerDay } = aSimulation({ rules, sequence, people: times(450), days: 2 });
  expect(entered).toBe(400);
  expect(Math.max(...mailsPerDay)).toBeLessThanOrEqual(200);
});

test('temperatures cool with the sweep, so a checkpoint behind a wait finds them so', () => {
  const sequence = aDefinition({
    enter: { on: 'lead.created' },
    steps: [
      { id: 'points', type: 'score', points: 1000 },
      { id: 'wait', type: 'wait', for: '350d' },
      {
        id: 'look',
        type: 'checkpoint',
        when: { fact: 'lead.temperature', is: 'cold' },
        then: 'cold',
        else: 'warm',
      },
      { id: 'cold', type: 'end', outcome: 'cold' },
      { id: 'warm', type: 'end', outcome: 'warm' },
    ],
  });
  expect(aSimulation({ rules, sequence, days: 360 }).outcomes.test).toEqual({ cold: 1 });
});

test('nothing is swept where nothing depends on it', async () => {
  const plain = aDefinition({ enter: { on: 'lead.created' }, steps: [MAIL, END] });
  expect(needsSweep(rules, [plain])).toBe(false);
  expect(needsSweep(rules, [await shippedSequence('course-nurture')])).toBe(false);
  expect(needsSweep(rules, [aDefinition({ enter: { when: { fact: 'lead.offer', is: 'x' } }, steps: [END] })])).toBe(
    true,
  );
});
