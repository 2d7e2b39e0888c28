import type { Rules } from '../../../src/domain/rules';
import type { PlannedPause } from '../../../src/domain/simulation/pauses';
import { shippedRules } from '../../content/shipped';
import { aDefinition, DAY, MONDAY } from '../../support/builders';
import { aSimulation, times } from '../../support/simulating';

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

const mail = (id: string) => ({ id, type: 'mail', template: 'welcome', purpose: 'transactional' });
const sequence = aDefinition({
  enter: { on: 'lead.created' },
  steps: [mail('hello'), { id: 'wait', type: 'wait', for: '5d' }, mail('again'), { id: 'done', type: 'end' }],
});

/** Thirty people come on the first day; their second mail falls due on the sixth. */
const paused = (mode: PlannedPause['mode'], parts: Partial<PlannedPause> = {}) =>
  aSimulation({
    rules,
    sequence,
    people: times(30),
    days: 20,
    pauses: [{ mode, from: MONDAY + 3 * DAY, to: MONDAY + 10 * DAY, perMinute: 60, ...parts }],
  });
const total = (days: readonly number[], from: number, to: number) =>
  days.slice(from, to).reduce((sum, count) => sum + count, 0);

test('while clocks run, mails that fell due go out when the pause ends, as many a minute as are woken', () => {
  const { mailsPerDay, pauses, running } = paused('elapse');
  expect(pauses).toEqual([{ held: 30, resumeMs: 29_000, dropped: 0, mailsInDayAfter: 30 }]);
  expect(total(mailsPerDay, 2, 10)).toBe(0);
  expect(running).toBe(0);
  expect(paused('elapse', { perMinute: 1 }).pauses[0]?.resumeMs).toBe(29 * 60_000);
});

test('a freeze gives the wait its time back', () => {
  const { mailsPerDay, pauses } = paused('freeze');
  expect(pauses[0]).toMatchObject({ held: 30, dropped: 0, mailsInDayAfter: 0 });
  expect(total(mailsPerDay, 3, 12)).toBe(0);
  expect(total(mailsPerDay, 12, 14)).toBe(30);
});

test('what falls due in a skip is dropped', () => {
  const { mails, pauses, outcomes } = paused('skip');
  expect(pauses).toEqual([{ held: 0, resumeMs: 0, dropped: 30, mailsInDayAfter: 0 }]);
  expect(mails).toBe(30);
  expect(outcomes.test).toEqual({ completed: 30 });
});

test('a pause of another sequence changes nothing', () => {
  const free = aSimulation({ rules, sequence, people: times(30), days: 20 });
  expect(paused('skip', { sequence: 'other' })).toEqual({
    ...free,
    pauses: [expect.objectContaining({ held: 0, dropped: 0 })],
  });
  expect(paused('skip', { sequence: 'test' }).mails).toBe(30);
});
