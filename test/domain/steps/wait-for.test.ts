import type { FactEvent, Facts } from '../../../src/domain/facts';
import { planStep } from '../../../src/domain/steps';
import { anEvent, DAY, MONDAY, someFacts } from '../../support/builders';
import { arrived, aStep, waitingUntil } from '../../support/situations';

const DUE = MONDAY + 3 * DAY;
const seeing = (events: readonly FactEvent[], parts: Partial<Facts> = {}) =>
  waitingUntil(DUE, { now: MONDAY + DAY, facts: someFacts(events, parts) });
const bought = (seq: number, properties: FactEvent['properties'] = {}) => anEvent(seq, 'purchase', { properties });

describe('a wait for events with what must hold of them', () => {
  const wait = aStep({
    type: 'waitFor',
    events: [
      { event: 'purchase', name: 'large', where: { fact: 'contact.locale', is: 'pt-BR' }, to: 'thanks' },
      { event: 'mail.clicked' },
    ],
    timeout: '3d',
    onEvent: 'then',
    onTimeout: 'nudge',
  });
  it('takes the first event for which it holds, to where that event goes', () => {
    const plan = { type: 'go', to: 'thanks', outcome: 'large', reason: 'purchase came', usedSeq: 4 };
    expect(planStep(wait, seeing([bought(4)]))).toMatchObject(plan);
    expect(planStep(wait, seeing([anEvent(5, 'mail.clicked')]))).toMatchObject({ to: 'then', outcome: 'mail.clicked' });
  });
  it('passes over events for which it does not hold, and goes on waiting', () => {
    const { contact } = someFacts();
    const english = { contact: { ...contact, locale: 'en' } };
    expect(planStep(wait, seeing([bought(4)], english))).toMatchObject({ type: 'stay', until: DUE });
    const both = [bought(4), anEvent(5, 'mail.clicked')];
    expect(planStep(wait, seeing(both, english))).toMatchObject({ to: 'then', usedSeq: 5 });
  });
});

describe('a wait for an event of the same order', () => {
  const paid = aStep({
    type: 'waitFor',
    events: [{ event: 'order.paid', same: { property: 'order' } }],
    timeout: '3d',
    onEvent: 'thanks',
  });
  const entry = anEvent(1, 'cart.left', { properties: { order: 'A-7' } });
  const payment = (order: string | number) => anEvent(4, 'order.paid', { properties: { order } });

  it('knows it by the event that began the journey', () => {
    expect(planStep(paid, seeing([payment('A-7')], { entry }))).toMatchObject({ type: 'go', to: 'thanks' });
    expect(planStep(paid, seeing([payment('A-8')], { entry }))).toMatchObject({ type: 'stay' });
  });
  it('is of no order when the earlier event is not there or does not say it', () => {
    expect(planStep(paid, seeing([payment('A-7')]))).toMatchObject({ type: 'stay' });
    const silent = anEvent(1, 'cart.left');
    expect(planStep(paid, seeing([anEvent(4, 'order.paid')], { entry: silent }))).toMatchObject({ type: 'stay' });
  });
  it('knows it by the event that an earlier wait has used', () => {
    const shipped = aStep({
      type: 'waitFor',
      events: [{ event: 'order.shipped', same: { property: 'order', as: 'pay' } }],
    });
    const events = [payment('B-1'), anEvent(6, 'order.shipped', { properties: { order: 'B-1' } })];
    const seen = { horizon: 4, used: [] };
    expect(planStep(shipped, { ...seeing(events), seen, used: { pay: 4 } })).toMatchObject({ type: 'go', usedSeq: 6 });
    expect(planStep(shipped, { ...seeing(events), seen, used: { pay: 3 } })).toMatchObject({ type: 'stay' });
  });
});

test('a wait without a timeout waits until the event comes', () => {
  const wait = aStep({ type: 'waitFor', event: 'purchase' });
  expect(planStep(wait, arrived)).toMatchObject({ type: 'stay', until: null, reason: 'waits for purchase' });
  expect(planStep(wait, waitingUntil(null, { now: MONDAY + 900 * DAY }))).toMatchObject({ type: 'stay', until: null });
});
