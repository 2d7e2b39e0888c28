import type { Rules } from '../../../src/domain/rules';
import { shippedRules } from '../../content/shipped';
import { aDefinition } from '../../support/builders';
import { aSimulation, times } from '../../support/simulating';

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

const END = { id: 'done', type: 'end' };
const LONG = [{ id: 'wait', type: 'wait', for: '40d' }, END];
const everyone = { share: 1, offer: 'diploma' };

test('a second lead enters where each new lead may, and not where nobody may again', () => {
  const entries = (reenter: string) =>
    aSimulation({
      rules,
      sequence: aDefinition({ enter: { on: 'lead.created' }, reenter, steps: [END] }),
      people: times(20),
      secondLeads: everyone,
      days: 90,
    });
  expect(entries('newLead')).toMatchObject({ entered: 40, refused: 0 });
  expect(entries('never')).toMatchObject({ entered: 20, refused: 20 });
  expect(aSimulation({ rules, sequence: aDefinition({ enter: { on: 'lead.created' }, steps: [END] }) }).entered).toBe(
    1,
  );
});

test('interest in the same offer is no new lead', () => {
  const sequence = aDefinition({ enter: { on: 'lead.created' }, reenter: 'always', steps: [END] });
  const secondLeads = { share: 1, offer: 'course' };
  expect(aSimulation({ rules, sequence, people: times(10), secondLeads, days: 90 }).entered).toBe(10);
});

test('a journey goes on with its own lead beside that of a second one', () => {
  const sequence = aDefinition({
    enter: { on: 'lead.created' },
    reenter: 'newLead',
    steps: [
      { id: 'wait', type: 'wait', for: '70d' },
      { id: 'look', type: 'checkpoint', when: { fact: 'lead.offer', is: 'course' }, then: 'first', else: 'second' },
      { id: 'first', type: 'end', outcome: 'first' },
      { id: 'second', type: 'end', outcome: 'second' },
    ],
  });
  const { outcomes } = aSimulation({ rules, sequence, people: times(15), secondLeads: everyone, days: 150 });
  expect(outcomes.test).toEqual({ first: 15, second: 15 });
});

test('a score that one journey gives is of its lead alone', () => {
  const give = { id: 'points', type: 'score', points: 60 };
  const sequence = aDefinition({
    enter: { on: 'lead.created' },
    reenter: 'newLead',
    steps: [
      { id: 'look', type: 'checkpoint', when: { fact: 'lead.offer', is: 'course' }, then: 'points', else: 'wait' },
      give,
      { id: 'wait', type: 'wait', for: '1d' },
      { id: 'scored', type: 'checkpoint', when: { fact: 'lead.score', atLeast: 10 }, then: 'high', else: 'low' },
      { id: 'high', type: 'end', outcome: 'high' },
      { id: 'low', type: 'end', outcome: 'low' },
    ],
  });
  const { outcomes } = aSimulation({ rules, sequence, people: times(12), secondLeads: everyone, days: 90 });
  expect(outcomes.test).toEqual({ high: 12, low: 12 });
});

test('of a group one is under way at a time: the second lead waits, gives way, or takes over, and too long a wait ends', () => {
  const first = aDefinition({
    enter: { on: 'lead.created', where: { fact: 'lead.offer', is: 'course' } },
    exclusive: { group: 'sales', priority: 1 },
    steps: [{ id: 'wait', type: 'wait', for: '80d' }, END],
  });
  const second = (exclusive: object) =>
    aDefinition({
      sequence: 'second',
      enter: { on: 'lead.created', where: { fact: 'lead.offer', is: 'diploma' } },
      exclusive: { group: 'sales', ...exclusive },
      steps: LONG,
    });
  const counted = (exclusive: object) => {
    const others = [second(exclusive)];
    const counts = aSimulation({ rules, sequence: first, others, people: times(10), secondLeads: everyone, days: 200 });
    const { entered, refused, waited, outcomes } = counts;
    return { entered, refused, waited, outcomes };
  };
  const done = { completed: 10 };
  expect(counted({ whenBusy: 'wait' })).toEqual({
    entered: 20,
    refused: 0,
    waited: 10,
    outcomes: { test: done, second: done },
  });
  expect(counted({ whenBusy: 'drop' })).toMatchObject({ entered: 10, refused: 10, outcomes: { second: {} } });
  expect(counted({ whenBusy: 'takeOver', priority: 5 })).toMatchObject({
    entered: 20,
    outcomes: { test: { 'taken-over': 10 }, second: done },
  });
  expect(counted({ whenBusy: 'wait', atMost: '2d' })).toMatchObject({ entered: 10, waited: 10, refused: 10 });
});
