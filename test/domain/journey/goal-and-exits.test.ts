import type { FactEvent } from '../../../src/domain/facts';
import { type Advanced, advance } from '../../../src/domain/journey/advance';
import { initialState, type JourneyState } from '../../../src/domain/journey/state';
import type { Definition } from '../../../src/domain/sequence/definition';
import {
  aDefinition,
  anEvent,
  CONTACT_ID,
  DAY,
  JOURNEY_ID,
  MONDAY,
  someFacts,
  someRules,
} from '../../support/builders';

const journey = { id: JOURNEY_ID, contactId: CONTACT_ID };

/** Where a journey may stand when the goal is reached: its first step, and the turns that lead there. */
const PLACES: { readonly [name: string]: { readonly step: object; readonly turns: readonly object[] } } = {
  'a wait for a time': { step: { id: 'a', type: 'wait', for: '2d' }, turns: [{}] },
  'a wait for an event': { step: { id: 'a', type: 'waitFor', event: 'page.viewed', timeout: '2d' }, turns: [{}] },
  'a mail on its way': { step: { id: 'a', type: 'mail', template: 'hello' }, turns: [{}] },
  'a mail that is deferred': {
    step: { id: 'a', type: 'mail', template: 'hello' },
    turns: [{}, { outcome: { effect: 'mail', status: 'deferred', until: MONDAY + DAY, reason: 'quiet hours' } }],
  },
  'a handoff': { step: { id: 'a', type: 'handoff', sla: '1d' }, turns: [{}] },
};

const rules = {
  goal: { name: 'bought', on: 'purchase' },
  exits: [
    { name: 'unsubscribed', on: 'mail.unsubscribed' },
    { name: 'lost', when: { fact: 'contact.attributes.lost', is: true } },
  ],
};
const withRules = (step: object) => aDefinition({ ...rules, steps: [step, { id: 'done', type: 'end' }] });

function standing(definition: Definition, turns: readonly object[]): JourneyState {
  return turns.reduce<JourneyState>(
    (state, more, turn) =>
      advance({ definition, journey, state, facts: someFacts(), rules: someRules, now: MONDAY, turn, ...more }).state,
    initialState(0),
  );
}

function look(definition: Definition, state: JourneyState, events: readonly FactEvent[], attributes = {}): Advanced {
  const facts = someFacts(events);
  return advance({
    definition,
    journey,
    state,
    facts: { ...facts, contact: { ...facts.contact, attributes } },
    rules: someRules,
    now: MONDAY + 1000,
    turn: 9,
  });
}

describe.each(Object.entries(PLACES))('inside %s', (_name, { step, turns }) => {
  const definition = withRules(step);
  const state = standing(definition, turns);

  it('the goal ends the journey at once, with its reason', () => {
    const { move, ended, decisions, state: after } = look(definition, state, [anEvent(1, 'purchase')]);
    expect(move).toEqual({ type: 'end', outcome: 'goal' });
    expect(ended).toEqual({ outcome: 'goal', reason: 'purchase came' });
    expect(decisions.map(({ kind, outcome, reason }) => [kind, outcome, reason])).toEqual([
      ['goal', 'bought', 'purchase came'],
    ]);
    expect(after.place).toEqual({ type: 'ended' });
  });

  it('an exit by an event ends it under the name of the exit', () => {
    expect(look(definition, state, [anEvent(1, 'mail.unsubscribed')]).ended).toEqual({
      outcome: 'unsubscribed',
      reason: 'mail.unsubscribed came',
    });
  });

  it('an exit by a condition ends it under the name of the exit', () => {
    expect(look(definition, state, [], { lost: true }).ended).toMatchObject({ outcome: 'lost' });
  });

  it('the goal goes before an exit that holds too', () => {
    const events = [anEvent(1, 'mail.unsubscribed'), anEvent(2, 'purchase')];
    expect(look(definition, state, events, { lost: true }).ended).toMatchObject({ outcome: 'goal' });
  });

  it('an event of another journey is none of its business', () => {
    const { move } = look(definition, state, [anEvent(1, 'purchase', { journeyId: 'another' })]);
    expect(move.type).not.toBe('end');
  });
});

test('an event from before the journey reaches no goal', () => {
  const definition = withRules({ id: 'a', type: 'wait', for: '2d' });
  const facts = someFacts([anEvent(4, 'purchase')]);
  expect(
    advance({ definition, journey, state: initialState(4), facts, rules: someRules, now: MONDAY, turn: 0 }).move.type,
  ).toBe('await');
});

test('an event that came between entry and the first turn reaches the goal', () => {
  const definition = withRules({ id: 'a', type: 'wait', for: '2d' });
  const facts = someFacts([anEvent(5, 'purchase')]);
  expect(
    advance({ definition, journey, state: initialState(4), facts, rules: someRules, now: MONDAY, turn: 0 }).move.type,
  ).toBe('end');
});

test('a rule with an event and a condition needs both', () => {
  const definition = aDefinition({
    goal: { name: 'big', on: 'purchase', when: { fact: 'contact.attributes.size', atLeast: 10 } },
    steps: [
      { id: 'a', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
  });
  const state = standing(definition, [{}]);
  const purchase = [anEvent(1, 'purchase')];
  expect(look(definition, state, purchase, { size: 9 }).move.type).toBe('await');
  expect(look(definition, state, [], { size: 10 }).move.type).toBe('await');
  expect(look(definition, state, purchase, { size: 10 }).ended?.outcome).toBe('goal');
});

test('the first exit that holds gives its name', () => {
  const definition = withRules({ id: 'a', type: 'wait', for: '2d' });
  const { ended } = look(definition, standing(definition, [{}]), [anEvent(1, 'mail.unsubscribed')], { lost: true });
  expect(ended?.outcome).toBe('unsubscribed');
});

test('an ended journey stays ended, and decides nothing more', () => {
  const definition = withRules({ id: 'a', type: 'wait', for: '2d' });
  const { state } = look(definition, standing(definition, [{}]), [anEvent(1, 'purchase')]);
  const again = look(definition, state, [anEvent(1, 'purchase'), anEvent(2, 'mail.unsubscribed')]);
  expect(again).toMatchObject({ move: { type: 'end' }, decisions: [], changes: [], state });
});

describe('a goal and an exit whose `where` narrows their event', () => {
  const large = { fact: 'event.amount', atLeast: 100 };
  const narrowed = aDefinition({
    goal: { name: 'large', on: 'purchase', where: large },
    exits: [{ name: 'hard', on: 'mail.bounced', where: { fact: 'event.kind', is: 'hard' } }],
    steps: [
      { id: 'a', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
  });
  const outcomeAfter = (...events: readonly FactEvent[]) =>
    look(narrowed, standing(narrowed, [{}]), events).ended?.outcome ?? 'goes on';
  const purchase = (amount: number, seq = 1) => anEvent(seq, 'purchase', { properties: { amount } });

  it.each([
    [[purchase(99)], 'goes on'],
    [[purchase(100)], 'goal'],
    [[purchase(5), purchase(500, 2)], 'goal'],
    [[anEvent(1, 'purchase')], 'goes on'],
    [[anEvent(1, 'mail.bounced', { properties: { kind: 'soft' } })], 'goes on'],
    [[anEvent(1, 'mail.bounced', { properties: { kind: 'hard' } })], 'hard'],
  ])('%j: it %s', (events, outcome) => {
    expect(outcomeAfter(...events)).toBe(outcome);
  });
});
