import type { Facts } from '../../../src/domain/facts';
import { type Advanced, type AdvanceInput, advance } from '../../../src/domain/journey/advance';
import { initialState, type JourneyState } from '../../../src/domain/journey/state';
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
const accepted = { effect: 'mail', status: 'accepted', reason: 'the server took it' } as const;

function take(
  definition: Definition,
  state: JourneyState,
  o: Partial<AdvanceInput> & { readonly facts?: Facts } = {},
): Advanced {
  return advance({ definition, journey, state, facts: someFacts(), rules: someRules, now: MONDAY, turn: 0, ...o });
}

const mailThenWaits = aDefinition({
  goal: { name: 'bought', on: 'purchase' },
  exits: [{ name: 'unsubscribed', on: 'mail.unsubscribed' }],
  steps: [
    { id: 'hello', type: 'mail', template: 'hello' },
    { id: 'click', type: 'waitFor', event: 'mail.clicked', timeout: '2d', onEvent: 'hot', onTimeout: 'cold' },
    { id: 'hot', type: 'end', outcome: 'clicked' },
    { id: 'cold', type: 'end', outcome: 'silent' },
  ],
});

/** The state after the first mail was accepted while the newest event had this seq. */
function waitingForClick(lastSeq = 0): { readonly state: JourneyState; readonly until: number } {
  const first = take(mailThenWaits, initialState(lastSeq), { facts: someFacts([], { lastSeq }) });
  const second = take(mailThenWaits, first.state, {
    outcome: accepted,
    facts: someFacts([], { lastSeq: lastSeq + 1 }),
    turn: 1,
  });
  if (second.move.type !== 'await' || second.move.until === null) throw new Error('expected a wait with a due time');
  return { state: second.state, until: second.move.until };
}

describe('advance', () => {
  it('performs the first mail under a key that depends on journey, step and occurrence alone', () => {
    const once = take(mailThenWaits, initialState(0));
    const again = take(mailThenWaits, initialState(7), { now: MONDAY + DAY, facts: someFacts([], { lastSeq: 7 }) });
    expect(once.move).toMatchObject({ type: 'perform', stepId: 'hello', effect: { type: 'mail' } });
    expect(again.move).toEqual(once.move);
  });

  it('asks for the same effect again while it is under way', () => {
    const { state, move } = take(mailThenWaits, initialState(0));
    expect(take(mailThenWaits, state, { turn: 1 })).toMatchObject({ move, state, decisions: [] });
  });

  it('waits for the event with a due time, and says which types it waits for', () => {
    const { state } = take(mailThenWaits, initialState(0));
    const { move, waitsFor } = take(mailThenWaits, state, { outcome: accepted, turn: 1 });
    expect(move).toEqual({ type: 'await', stepId: 'click', until: MONDAY + 2 * DAY });
    expect(waitsFor).toEqual(['mail.clicked']);
  });

  it('sees an event that came while the mail before the wait was on its way', () => {
    const { state } = take(mailThenWaits, initialState(3), { facts: someFacts([], { lastSeq: 3 }) });
    const facts = someFacts([anEvent(4, 'mail.clicked')]);
    expect(take(mailThenWaits, state, { outcome: accepted, facts, turn: 1 }).move).toEqual({
      type: 'end',
      outcome: 'clicked',
    });
  });

  it('does not see an event that came before the step before the wait', () => {
    const { state } = take(mailThenWaits, initialState(4), { facts: someFacts([], { lastSeq: 4 }) });
    const facts = someFacts([anEvent(4, 'mail.clicked')]);
    expect(take(mailThenWaits, state, { outcome: accepted, facts, turn: 1 }).move.type).toBe('await');
  });

  it('lets an event that happened in time win over the timeout, even when it is seen later', () => {
    const { state, until } = waitingForClick();
    const facts = someFacts([anEvent(9, 'mail.clicked', { at: until })]);
    expect(take(mailThenWaits, state, { facts, now: until + HOUR, turn: 2 }).move).toEqual({
      type: 'end',
      outcome: 'clicked',
    });
  });

  it('takes the timeout when the event came after it', () => {
    const { state, until } = waitingForClick();
    const facts = someFacts([anEvent(9, 'mail.clicked', { at: until + 1 })]);
    expect(take(mailThenWaits, state, { facts, now: until + HOUR, turn: 2 }).move).toEqual({
      type: 'end',
      outcome: 'silent',
    });
  });

  it('keeps its due time when it is woken for nothing', () => {
    const { state, until } = waitingForClick();
    const facts = someFacts([anEvent(9, 'page.viewed')]);
    expect(take(mailThenWaits, state, { facts, now: MONDAY + DAY, turn: 2 }).move).toMatchObject({
      type: 'await',
      until,
    });
  });

  it('ignores an event that belongs to another journey', () => {
    const { state } = waitingForClick();
    const facts = someFacts([anEvent(9, 'mail.clicked', { journeyId: 'another' })]);
    expect(take(mailThenWaits, state, { facts, turn: 2 }).move.type).toBe('await');
  });

  it('uses an event once: the second of two equal waits needs a second event', () => {
    const twice = aDefinition({
      steps: [
        { id: 'first', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'second', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { state } = take(twice, initialState(0));
    const one = take(twice, state, { facts: someFacts([anEvent(1, 'page.viewed')]), turn: 1 });
    expect(one.move).toMatchObject({ type: 'await', stepId: 'second' });
    const two = take(twice, one.state, {
      facts: someFacts([anEvent(1, 'page.viewed'), anEvent(2, 'page.viewed')]),
      turn: 2,
    });
    expect(two.move).toEqual({ type: 'end', outcome: 'completed' });
  });

  it('shows an event to the wait behind that came before the one which ended the wait before', () => {
    const both = aDefinition({
      steps: [
        { id: 'click', type: 'waitFor', event: 'mail.clicked', timeout: '2d' },
        { id: 'call', type: 'waitFor', event: 'call.requested', timeout: '2d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { state } = take(both, initialState(0));
    const facts = someFacts([anEvent(1, 'call.requested'), anEvent(2, 'mail.clicked')]);
    expect(take(both, state, { facts, turn: 1 }).move).toEqual({ type: 'end', outcome: 'completed' });
  });

  it('does not show an event again that an earlier wait has used, however long ago', () => {
    const thrice = aDefinition({
      steps: [
        { id: 'first', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'second', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'third', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'done', type: 'end' },
      ],
    });
    const seen = [anEvent(1, 'page.viewed'), anEvent(2, 'page.viewed')];
    const { state } = take(thrice, initialState(0));
    const one = take(thrice, state, { facts: someFacts(seen.slice(0, 1)), turn: 1 });
    const two = take(thrice, one.state, { facts: someFacts(seen), turn: 2 });
    expect(two.move).toMatchObject({ type: 'await', stepId: 'third' });
    expect(take(thrice, two.state, { facts: someFacts(seen), turn: 3 }).move).toEqual(two.move);
  });

  it('shows two events that came together to two waits in turn, at once', () => {
    const twice = aDefinition({
      steps: [
        { id: 'first', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'second', type: 'waitFor', event: 'page.viewed', timeout: '1d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { state } = take(twice, initialState(0));
    const facts = someFacts([anEvent(1, 'page.viewed'), anEvent(2, 'page.viewed')]);
    expect(take(twice, state, { facts, turn: 1 }).move).toEqual({ type: 'end', outcome: 'completed' });
  });

  it('ends by the goal at any moment, with its reason', () => {
    const { state } = waitingForClick();
    const { move, decisions, ended } = take(mailThenWaits, state, {
      facts: someFacts([anEvent(9, 'purchase')]),
      turn: 2,
    });
    expect(move).toEqual({ type: 'end', outcome: 'goal' });
    expect(ended).toEqual({ outcome: 'goal', reason: 'purchase came' });
    expect(decisions).toMatchObject([{ kind: 'goal', outcome: 'bought', reason: 'purchase came' }]);
  });

  it('gives the lead the stage that reaching the goal means, once', () => {
    const winning = aDefinition({
      goal: { name: 'bought', on: 'purchase', stage: 'won' },
      steps: [
        { id: 'rest', type: 'wait', for: '1d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { state } = take(winning, initialState(0));
    const reached = (stage: 'mql' | 'won') =>
      take(winning, state, { facts: someFacts([anEvent(1, 'purchase')], { lead: aLeadAt(stage) }), turn: 1 });
    expect(reached('mql')).toMatchObject({
      changes: [{ type: 'stage', stage: 'won' }],
      decisions: [{ kind: 'goal' }, { kind: 'stage', outcome: 'won', reason: 'the goal is reached' }],
    });
    expect(reached('won')).toMatchObject({ changes: [], decisions: [{ kind: 'goal' }] });
  });

  it('ends by an exit while a mail is on its way', () => {
    const { state } = take(mailThenWaits, initialState(0));
    const facts = someFacts([anEvent(2, 'mail.unsubscribed')]);
    expect(take(mailThenWaits, state, { outcome: accepted, facts, turn: 1 }).move).toEqual({
      type: 'end',
      outcome: 'unsubscribed',
    });
  });

  it('waits out a deferral and performs the same send again', () => {
    const first = take(mailThenWaits, initialState(0));
    const until = MONDAY + 5 * HOUR;
    const outcome = { effect: 'mail', status: 'deferred', until, reason: 'quiet hours' } as const;
    const second = take(mailThenWaits, first.state, { outcome, turn: 1 });
    expect(second.move).toEqual({ type: 'await', stepId: 'hello', until });
    expect(take(mailThenWaits, second.state, { now: until, turn: 2 }).move).toEqual(first.move);
  });

  it('ends the journey when the gate says so', () => {
    const first = take(mailThenWaits, initialState(0));
    const outcome = { effect: 'mail', status: 'exit', reason: 'consent withdrawn' } as const;
    expect(take(mailThenWaits, first.state, { outcome, turn: 1 }).move).toEqual({ type: 'end', outcome: 'exit' });
  });

  it('goes on at the named step when sales recycles the lead', () => {
    const sold = aDefinition({
      steps: [
        { id: 'sell', type: 'handoff', sla: '1d', onRecycled: 'later' },
        { id: 'won', type: 'end', outcome: 'accepted' },
        { id: 'later', type: 'wait', for: '30d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { state } = take(sold, initialState(0));
    const outcome = { effect: 'handoff', status: 'recycled', reason: 'no budget' } as const;
    expect(take(sold, state, { outcome, turn: 1 }).move).toMatchObject({ type: 'await', stepId: 'later' });
  });

  it('lets an update hold for the steps behind it', () => {
    const updated = aDefinition({
      steps: [
        { id: 'mark', type: 'update', set: { plan: 'gold' }, stage: 'sql' },
        { id: 'done', type: 'end' },
      ],
    });
    const { changes } = take(updated, initialState(0));
    expect(changes).toEqual([
      { type: 'attributes', set: { plan: 'gold' } },
      { type: 'stage', stage: 'sql' },
    ]);
  });

  it('ends by the exit that an update has made true, without waiting for the next turn', () => {
    const givenUp = aDefinition({
      exits: [{ name: 'given-up', when: { fact: 'contact.attributes.plan', is: 'none' } }],
      steps: [
        { id: 'mark', type: 'update', set: { plan: 'none' } },
        { id: 'pause', type: 'wait', for: '30d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { move, changes, decisions } = take(givenUp, initialState(0));
    expect(move).toEqual({ type: 'end', outcome: 'given-up' });
    expect(changes).toEqual([{ type: 'attributes', set: { plan: 'none' } }]);
    expect(decisions.map(({ kind }) => kind)).toEqual(['update', 'exit']);
  });

  it('gives a repeated step a new key', () => {
    const loop = aDefinition({
      steps: [
        { id: 'hello', type: 'mail', template: 'hello' },
        { id: 'pause', type: 'wait', for: '1d', next: 'hello' },
      ],
    });
    const first = take(loop, initialState(0));
    const second = take(loop, first.state, { outcome: accepted, turn: 1 });
    const third = take(loop, second.state, { now: MONDAY + DAY, turn: 2 });
    expect(third.move).toMatchObject({ type: 'perform', stepId: 'hello' });
    expect(third.move).not.toEqual(first.move);
  });

  it('refuses to run round in circles', () => {
    const circle = aDefinition({ steps: [{ id: 'mark', type: 'update', set: { a: 1 }, next: 'mark' }] });
    expect(() => take(circle, initialState(0))).toThrow(/circles/);
  });
});
