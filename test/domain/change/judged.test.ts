import { judged, mailsDueAfter, movedText } from '../../../src/domain/change/judged';
import { mailsDue } from '../../../src/domain/change/mails-due';
import { SAME_STEPS } from '../../../src/domain/change/step-map';
import { aDefinition, anEvent, DAY, HOUR, MONDAY, someFacts } from '../../support/builders';
import { ACCEPTED, aTurn, stateAfter } from '../../support/changing';

const mail = (id: string) => ({ id, type: 'mail', template: id });
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });
const done = { id: 'done', type: 'end' };
const STEPS = [mail('hello'), wait('rest', '5d'), mail('offer'), wait('on', '1h'), mail('last'), done];
const V1 = aDefinition({ steps: STEPS });
const RESTING = stateAfter(V1, [ACCEPTED]);
const judging = (to: typeof V1, parts: object = {}) => ({
  ...aTurn(to),
  from: V1,
  to,
  map: SAME_STEPS,
  state: RESTING,
  now: MONDAY + DAY,
  ...parts,
});

test('the mails of the next days are those that come if nobody does anything', () => {
  const turn = aTurn(V1, { state: RESTING });
  expect(mailsDue(turn, MONDAY + 4 * DAY)).toEqual([]);
  expect(mailsDue(turn, MONDAY + 6 * DAY)).toEqual([
    { stepId: 'offer', at: MONDAY + 5 * DAY },
    { stepId: 'last', at: MONDAY + 5 * DAY + HOUR },
  ]);
});

test('a mail that the gate has deferred is due when its time has come, not at once', () => {
  const until = MONDAY + 3 * HOUR;
  const state = stateAfter(V1, [{ effect: 'mail', status: 'deferred', until, reason: 'quiet hours' }]);
  expect(mailsDue(aTurn(V1, { state }), MONDAY + DAY)).toEqual([{ stepId: 'hello', at: until }]);
  expect(mailsDue(aTurn(V1, { state }), MONDAY + 2 * HOUR)).toEqual([]);
});

test('a shorter wait makes mails due that were not', () => {
  const to = aDefinition({ steps: [mail('hello'), wait('rest', '1d'), mail('offer'), done] });
  const asked = judging(to);
  const result = judged(asked);
  if (result.type !== 'moves') throw new Error(result.type);
  expect(result.advanced.move).toMatchObject({ type: 'perform', stepId: 'offer' });
  expect(mailsDueAfter(asked, result.state, MONDAY + 2 * DAY)).toEqual([{ stepId: 'offer', at: MONDAY + DAY }]);
  expect(movedText('rest', result)).toBe('at rest, credited 1d');
});

test('an exit that the new version has holds at once', () => {
  const to = aDefinition({ exits: [{ name: 'left', on: 'mail.unsubscribed' }], steps: STEPS });
  const facts = someFacts([anEvent(1, 'mail.unsubscribed')]);
  expect(judged(judging(to, { facts }))).toMatchObject({ type: 'moves', advanced: { ended: { outcome: 'left' } } });
});

test('where nobody answers for a person, looking ahead stops', () => {
  const to = aDefinition({ steps: [{ id: 'sell', type: 'handoff', sla: '1h' }, mail('offer'), done] });
  expect(mailsDue(aTurn(to), MONDAY + 30 * DAY)).toEqual([]);
});
