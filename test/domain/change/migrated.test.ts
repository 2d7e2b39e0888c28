import type { Stage } from '../../../src/domain/facts';
import { keyOf } from '../../../src/domain/ids';
import { advance } from '../../../src/domain/journey/advance';
import { aDefinition, aLeadAt, anEvent, DAY, HOUR, JOURNEY_ID, MONDAY, someFacts } from '../../support/builders';
import { ACCEPTED, aTurn, mailsFrom, migrating, moved, stateAfter } from '../../support/changing';

const mail = (id: string) => ({ id, type: 'mail', template: id });
const wait = (id: string, time = '2d') => ({ id, type: 'wait', for: time });
const done = { id: 'done', type: 'end' };
const steps = (...all: readonly object[]) => aDefinition({ steps: [...all, done] });

const V1 = steps(mail('hello'), wait('rest'), mail('offer'));
/** In `rest` since Monday. */
const RESTING = stateAfter(V1, [ACCEPTED]);

describe('the place of a journey', () => {
  it('is kept where its step is the same, and nothing else changes', () => {
    const to = steps(mail('hello'), wait('rest'), mail('better'));
    const result = moved(RESTING, { from: V1, to, now: MONDAY + DAY });
    expect(result).toEqual({ type: 'moves', state: RESTING, stepId: 'rest', notes: [] });
    expect(mailsFrom(to, result.state, MONDAY + DAY)).toEqual(['better']);
  });

  it('is that of the step map, with its count and its time', () => {
    const to = steps(mail('hello'), wait('pause'), mail('offer'));
    const { state, credited } = moved(RESTING, { from: V1, to, map: { steps: { rest: 'pause' } } });
    expect(state.place).toEqual({ ...RESTING.place, stepId: 'pause' });
    expect(state.visits).toEqual({ hello: 1, rest: 1, pause: 1 });
    expect(credited).toBeUndefined();
  });

  it('stays at a step that is gone, with the line that would move it', () => {
    const to = steps(mail('hello'), wait('rests'), mail('offer'));
    expect(migrating(RESTING, { from: V1, to })).toEqual({
      type: 'stays',
      reason: 'step "rest" is gone',
      fix: 'map it: steps: { rest: rests }, or { rest: end } to end it',
    });
  });

  it('ends where the map says so', () => {
    const to = steps(mail('hello'));
    expect(migrating(RESTING, { from: V1, to, map: { steps: { rest: 'end' } } })).toEqual({
      type: 'ends',
      stepId: 'rest',
    });
  });

  it('stays where the step became one of another type', () => {
    const to = steps(
      mail('hello'),
      { id: 'rest', type: 'waitFor', event: 'page.viewed', timeout: '2d' },
      mail('offer'),
    );
    expect(migrating(RESTING, { from: V1, to })).toEqual({
      type: 'stays',
      reason: 'step "rest" is a wait, "rest" a waitFor',
      fix: 'map it: steps: { rest: end } ends it; the new version has no wait',
    });
  });

  it('stays while a mail is on its way', () => {
    expect(migrating(stateAfter(V1), { from: V1, to: V1 })).toMatchObject({
      type: 'stays',
      reason: 'a mail is on its way: try again in a moment',
    });
  });

  it('stays when it has ended', () => {
    const ended = stateAfter(steps(), []);
    expect(migrating(ended, { from: V1, to: V1 })).toMatchObject({ type: 'stays', reason: 'it has ended' });
  });

  it('held by a pause before a step begins may be any step', () => {
    const place = { type: 'held', stepId: 'rest', sinceSeq: 0, heldBy: 'pause' } as const;
    const { state } = moved({ ...RESTING, place }, { from: V1, to: V1, map: { steps: { rest: 'offer' } } });
    expect(state.place).toEqual({ ...place, stepId: 'offer' });
  });
});

describe('a handoff under way', () => {
  const sell = { id: 'sell', type: 'handoff', sla: '1d' };
  const from = steps(sell);
  const state = stateAfter(from);

  it('moves, and keeps its key', () => {
    const result = moved(state, { from, to: steps(mail('hello'), { ...sell, sla: '2d' }) });
    expect(result.state.place).toEqual(state.place);
    const { move } = advance(aTurn(steps(mail('hello'), sell), { state: result.state }));
    expect(move).toMatchObject({ type: 'perform', effect: { type: 'handoff', key: keyOf(JOURNEY_ID, 'sell', 1) } });
  });

  it.each([
    [{ sell: 'pass' }, [{ ...sell, id: 'pass' }]],
    [{ sell: 'end' }, [sell]],
    [{}, [wait('sell')]],
  ])('stays when its step has another id or type, or the map ends it: %j', (map, now) => {
    expect(migrating(state, { from, to: steps(...now), map: { steps: map } })).toMatchObject({
      type: 'stays',
      reason: 'sales has the handoff "sell", and the new version has no handoff of that id',
    });
  });
});

describe('what waits under the key of its step', () => {
  const deferred = { effect: 'mail', status: 'deferred', until: MONDAY + HOUR, reason: 'it is night' } as const;
  const atMail = stateAfter(V1, [deferred]);

  it('moves with a deferred mail that keeps its id, and goes out under the same key', () => {
    const to = steps(mail('hello'), wait('rest', '5d'));
    const { state } = moved(atMail, { from: V1, to });
    const { move } = advance(aTurn(to, { state, now: MONDAY + HOUR }));
    expect(move).toEqual({
      type: 'perform',
      stepId: 'hello',
      effect: { type: 'mail', key: keyOf(JOURNEY_ID, 'hello', 1) },
    });
  });

  it.each([
    ['under another id', { hello: 'welcome' }, [mail('welcome'), wait('rest')]],
    ['as one step with another that was visited', { old: 'hello' }, [mail('hello'), wait('rest')]],
  ])('stays with a deferred mail %s: it would be sent a second time under a new key', (_, map, now) => {
    const from = steps(mail('hello'), mail('old'), wait('rest'));
    const state = { ...atMail, visits: { ...atMail.visits, old: 2 } };
    expect(migrating(state, { from, to: steps(...now), map: { steps: map } })).toMatchObject({
      type: 'stays',
      reason: 'mail "hello" is under way, and what is under way hangs on the id of its step',
      fix: 'wait until it is over, or keep the id "hello" for it alone',
    });
  });

  it('stays with a task under another id, and keeps the due time of one that moves', () => {
    const task = { id: 'call', type: 'task', kind: 'call', title: 'Call', due: '1d' };
    const from = steps(task);
    const state = stateAfter(from);
    const renamed = steps({ ...task, id: 'ring' });
    expect(migrating(state, { from, to: renamed, map: { steps: { call: 'ring' } } })).toMatchObject({ type: 'stays' });
    const { place } = moved(state, { from, to: steps({ ...task, due: '9d' }) }).state;
    expect(place).toEqual(state.place);
  });
});

describe('a wait whose time changed', () => {
  const longer = steps(mail('hello'), wait('rest', '5d'), mail('offer'));

  it('counts what was waited', () => {
    const { state, credited } = moved(RESTING, { from: V1, to: longer, now: MONDAY + DAY });
    expect(state.place).toEqual({ ...RESTING.place, until: MONDAY + 5 * DAY });
    expect(credited).toEqual({ stepId: 'rest', waitedMs: DAY, newUntil: MONDAY + 5 * DAY });
  });

  it('is due now when more was waited than it takes, never earlier', () => {
    const shorter = steps(mail('hello'), wait('rest', '1h'), mail('offer'));
    const { credited } = moved(RESTING, { from: V1, to: shorter, now: MONDAY + DAY });
    expect(credited).toEqual({ stepId: 'rest', waitedMs: DAY, newUntil: MONDAY + DAY });
  });

  it('begins anew without credit', () => {
    const { state, credited } = moved(RESTING, { from: V1, to: longer, map: { credit: false }, now: MONDAY + DAY });
    expect(state.place).toEqual({ ...RESTING.place, since: MONDAY + DAY, until: MONDAY + 6 * DAY });
    expect(credited).toEqual({ stepId: 'rest', waitedMs: 0, newUntil: MONDAY + 6 * DAY });
  });

  it('that is the same goes on as it is, also without credit', () => {
    const { state } = moved(RESTING, { from: V1, to: V1, map: { credit: false }, now: MONDAY + DAY });
    expect(state).toEqual(RESTING);
  });

  it('keeps the time that a pause gave back, and does not count it as waited', () => {
    const pause = {
      id: 'p',
      mode: 'freeze',
      scope: 'everything',
      reason: 'holiday',
      since: MONDAY,
      endedAt: MONDAY + HOUR,
    } as const;
    const facts = someFacts([], { pauses: [pause] });
    const place = { ...RESTING.place, until: MONDAY + 2 * DAY + HOUR, frozenMs: HOUR } as typeof RESTING.place;
    const { credited } = moved({ ...RESTING, place }, { from: V1, to: longer, now: MONDAY + DAY, facts });
    expect(credited).toEqual({ stepId: 'rest', waitedMs: DAY - HOUR, newUntil: MONDAY + 5 * DAY + HOUR });
  });

  it('until a time of day is looked for from now', () => {
    const until = (time: string) => steps({ id: 'rest', type: 'wait', until: { time, zone: 'UTC' } });
    const state = stateAfter(until('20:00'));
    const { credited } = moved(state, { from: until('20:00'), to: until('13:00'), now: MONDAY + 2 * HOUR });
    expect(credited).toEqual({ stepId: 'rest', waitedMs: 0, newUntil: MONDAY + DAY + HOUR });
  });

  it('for an event gets a timeout that it had not, and sees no event twice', () => {
    const waiting = (timeout?: string) => steps({ id: 'view', type: 'waitFor', event: 'page.viewed', timeout });
    const state = stateAfter(waiting());
    const facts = someFacts([anEvent(1, 'page.viewed')]);
    const { credited } = moved(state, { from: waiting(), to: waiting('3d'), now: MONDAY + DAY, facts });
    expect(credited).toEqual({ stepId: 'view', waitedMs: DAY, newUntil: MONDAY + 3 * DAY });
  });

  it('of those who are held out leaves them held out', () => {
    const split = (weight: number, time: string) =>
      steps({ id: 'part', type: 'split', branches: [{ name: 'all' }], holdout: { weight, for: time } });
    const from = split(1_000_000, '10d');
    const { credited } = moved(stateAfter(from), { from, to: split(0.000_001, '20d'), now: MONDAY + DAY });
    expect(credited).toEqual({ stepId: 'part', waitedMs: DAY, newUntil: MONDAY + 20 * DAY });
  });
});

describe('a mail that was sent', () => {
  it('is passed by where it now stands ahead', () => {
    const to = steps(wait('rest'), mail('hello'), mail('offer'));
    const { state } = moved(RESTING, { from: V1, to });
    expect(state.passBy).toEqual(['hello']);
    expect(mailsFrom(to, state, MONDAY)).toEqual(['offer']);
  });

  it('is known under its new id', () => {
    const to = steps(wait('rest'), mail('welcome'), mail('offer'));
    const { state } = moved(RESTING, { from: V1, to, map: { steps: { hello: 'welcome' } } });
    expect(mailsFrom(to, state, MONDAY)).toEqual(['offer']);
  });

  it('is known by its template where no map says what it is now', () => {
    const to = steps(wait('rest'), { ...mail('welcome'), template: 'hello' }, mail('offer'));
    expect(mailsFrom(to, moved(RESTING, { from: V1, to }).state, MONDAY)).toEqual(['offer']);
  });

  it('that was removed and added again is not sent again', () => {
    const without = steps(wait('rest'), mail('offer'));
    const again = steps(wait('rest'), mail('hello'), mail('offer'));
    const between = moved(RESTING, { from: V1, to: without }).state;
    const { state } = moved(between, { from: without, to: again });
    expect(mailsFrom(again, state, MONDAY)).toEqual(['offer']);
  });

  it('is sent again where that was meant: in a circle', () => {
    const monthly = (time: string) => steps(mail('news'), { ...wait('month', time), next: 'news' });
    const state = stateAfter(monthly('30d'), [ACCEPTED]);
    expect(moved(state, { from: monthly('30d'), to: monthly('20d') }).state.passBy).toBeUndefined();
  });

  it('leaves its id to another mail, which is sent', () => {
    const to = steps(mail('welcome'), wait('rest'), mail('hello'));
    const { state } = moved(RESTING, { from: V1, to, map: { steps: { hello: 'welcome' } } });
    expect(mailsFrom(to, state, MONDAY)).toEqual(['hello']);
    const { move } = advance(aTurn(to, { state, now: MONDAY + 2 * DAY }));
    expect(move).toMatchObject({ effect: { key: keyOf(JOURNEY_ID, 'hello', 2) } });
  });
});

describe('a mail that was added behind the journey', () => {
  const to = steps(mail('hello'), mail('extra'), mail('more'), wait('rest'), mail('offer'));

  it('is not sent late', () => {
    expect(mailsFrom(to, moved(RESTING, { from: V1, to }).state, MONDAY)).toEqual(['offer']);
  });

  it('is sent late when asked for, and then the journey waits on', () => {
    const { state, notes } = moved(RESTING, { from: V1, to, map: { late: ['more', 'extra'] }, now: MONDAY + DAY });
    expect(notes).toEqual(['gets extra, more late']);
    expect(mailsFrom(to, state, MONDAY + DAY)).toEqual(['extra', 'more', 'offer']);
    const first = advance(aTurn(to, { state, now: MONDAY + DAY }));
    const second = advance(aTurn(to, { state: first.state, now: MONDAY + DAY, outcome: ACCEPTED }));
    const back = advance(aTurn(to, { state: second.state, now: MONDAY + DAY, outcome: ACCEPTED }));
    expect([back.state.place, back.state.detour, back.move]).toEqual([
      RESTING.place,
      undefined,
      { type: 'await', stepId: 'rest', until: MONDAY + 2 * DAY },
    ]);
  });

  it('keeps a journey where it is until it has been sent', () => {
    const { state } = moved(RESTING, { from: V1, to, map: { late: ['extra'] } });
    const deferred = { effect: 'mail', status: 'deferred', until: MONDAY + HOUR, reason: 'night' } as const;
    const { state: under } = advance(aTurn(to, { state }));
    const { state: waits } = advance(aTurn(to, { state: under, outcome: deferred }));
    expect(migrating(waits, { from: to, to: V1 })).toMatchObject({
      type: 'stays',
      reason: 'a late mail is on its way',
    });
  });

  it('is left out for a journey that sales has', () => {
    const sell = { id: 'sell', type: 'handoff', sla: '1d' };
    const [from, more] = [steps(sell), steps(mail('extra'), sell)];
    expect(moved(stateAfter(from), { from, to: more, map: { late: ['extra'] } }).notes).toEqual([
      'does not get extra late: it is not waiting',
    ]);
  });
});

describe('what was done and now stands ahead is passed by, once, and told', () => {
  const doing = {
    webhook: { id: 'do', type: 'webhook', endpoint: 'crm', onFailed: 'other' },
    task: { id: 'do', type: 'task', kind: 'call', title: 'Call', due: '1d', outcomes: { reached: 'other' } },
    join: { id: 'do', type: 'join', sequence: 'more' },
  } as const;
  const other = { id: 'other', type: 'end', outcome: 'other' };
  const DELIVERED = { effect: 'webhook', status: 'delivered', set: {}, reason: 'answered 200' } as const;

  it.each(['webhook', 'task', 'join'] as const)('a %s', (type) => {
    const from = steps(doing[type], wait('rest'), other);
    const to = steps(wait('rest'), doing[type], { id: 'below', type: 'end', outcome: 'below' }, other);
    const state = stateAfter(from, type === 'webhook' ? [DELIVERED] : []);
    const overdue = advance(aTurn(from, { state, now: MONDAY + DAY })).state;
    const rests = type === 'task' ? overdue : state;
    const { state: there, notes } = moved(rests, { from, to, now: MONDAY + DAY });
    expect(notes).toEqual(['passes by "do"']);
    const { path, move, changes, decisions } = advance(aTurn(to, { state: there, now: MONDAY + 9 * DAY }));
    expect({ path, move, changes }).toEqual({
      path: ['do', 'below'],
      move: { type: 'end', outcome: 'below' },
      changes: [],
    });
    expect(decisions).toContainEqual(
      expect.objectContaining({
        kind: type,
        outcome: 'skipped',
        reason: 'was done before the journey moved to this version',
      }),
    );
  });

  it('is taken where it has got a new id', () => {
    const from = steps(doing.webhook, wait('rest'), other);
    const to = steps(wait('rest'), { ...doing.webhook, id: 'again' }, other);
    const { state, notes } = moved(stateAfter(from, [DELIVERED]), { from, to });
    expect(notes).toEqual([]);
    expect(mailsFrom(to, state, MONDAY)).toEqual(['performs again']);
  });

  it('is done again where that was meant: in a circle', () => {
    const daily = (time: string) => steps(doing.webhook, { ...wait('rest', time), next: 'do' }, other);
    const { state, notes } = moved(stateAfter(daily('1d'), [DELIVERED]), { from: daily('1d'), to: daily('2d') });
    expect([state.passBy, notes]).toEqual([undefined, []]);
  });
});

describe('a handoff that now stands ahead again', () => {
  const sell = {
    id: 'sell',
    type: 'handoff',
    sla: '1d',
    onAccepted: 'taken',
    onRejected: 'refused',
    onRecycled: 'rest',
  };
  const ends = ['taken', 'refused'].map((id) => ({ id, type: 'end', outcome: id }));
  const from = steps(sell, wait('rest'), ...ends);
  const to = steps(wait('rest'), sell, ...ends);
  const answered = (status: 'recycled' | 'expired') =>
    stateAfter(from, [{ effect: 'handoff', status, reason: 'as sales said' }]);
  const after = (stage: Stage, status: 'recycled' | 'expired') => {
    const facts = someFacts([], { lead: aLeadAt(stage) });
    const { state, notes } = moved(answered(status), { from, to, facts });
    return { notes, move: advance(aTurn(to, { state, facts, now: MONDAY + 9 * DAY })).move };
  };

  it.each([
    ['nurturing', 'recycled'],
    ['mql', 'expired'],
  ] as const)('is made again for a lead that sales has not, and told: %s', (stage, status) => {
    const { notes, move } = after(stage, status);
    expect(notes).toEqual(['comes to "sell" again']);
    expect(move).toMatchObject({ type: 'perform', stepId: 'sell' });
  });

  it.each([
    ['sal', 'taken'],
    ['sql', 'taken'],
    ['won', 'taken'],
    ['lost', 'refused'],
  ] as const)('is passed by for a lead that is %s, with that answer', (stage, outcome) => {
    expect(after(stage, 'recycled')).toEqual({ notes: ['passes by "sell"'], move: { type: 'end', outcome } });
  });
});

test('the way back with the inverse map leads to where it was', () => {
  const to = steps(mail('welcome'), wait('pause'), mail('offer'));
  const there = moved(RESTING, { from: V1, to, map: { steps: { hello: 'welcome', rest: 'pause' } } });
  const back = moved(there.state, { from: to, to: V1, map: { steps: { welcome: 'hello', pause: 'rest' } } });
  expect({ ...back.state, visits: { hello: back.state.visits.hello, rest: back.state.visits.rest } }).toEqual(RESTING);
  expect(mailsFrom(V1, back.state, MONDAY)).toEqual(['offer']);
});
