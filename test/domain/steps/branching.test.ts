import fc from 'fast-check';
import type { Facts } from '../../../src/domain/facts';
import { planStep, type Step, stepSchema } from '../../../src/domain/steps';
import type { Situation } from '../../../src/domain/steps/handler';
import { DAY, MONDAY, someFacts } from '../../support/builders';
import { arrived, aStep, waitingUntil } from '../../support/situations';

const withContact = (parts: Partial<Facts['contact']>): Situation => {
  const facts = someFacts();
  return { ...arrived, facts: { ...facts, contact: { ...facts.contact, ...parts } } };
};
const contactNumber = (index: number) => withContact({ id: `contact-${index}` });
const wayOf = (step: Step, situation: Situation): string => {
  const plan = planStep(step, situation);
  return plan.type === 'go' ? plan.outcome : plan.type;
};

describe('a checkpoint with branches', () => {
  const bySize = aStep({
    type: 'checkpoint',
    branches: [
      { when: { fact: 'contact.attributes.size', atLeast: 100 }, to: 'large' },
      { name: 'middle', when: { fact: 'contact.attributes.size', atLeast: 10 }, to: 'mid' },
    ],
    else: 'small',
  });
  it('takes the first that holds, and says what was found', () => {
    expect(planStep(bySize, withContact({ attributes: { size: 200 } }))).toMatchObject({
      type: 'go',
      to: 'large',
      outcome: 'large',
      reason: 'contact.attributes.size 200 is at least 100',
    });
    expect(planStep(bySize, withContact({ attributes: { size: 20 } }))).toMatchObject({ to: 'mid', outcome: 'middle' });
  });
  it('takes else when none holds', () => {
    const plan = { type: 'go', to: 'small', outcome: 'else', reason: 'no branch holds' };
    expect(planStep(bySize, arrived)).toMatchObject(plan);
  });
  it('has either one condition or branches', () => {
    const both = {
      id: 'here',
      type: 'checkpoint',
      when: { did: 'purchase' },
      branches: [{ when: { did: 'x' }, to: 'a' }],
    };
    expect(stepSchema.safeParse(both).error?.issues).toMatchObject([
      { message: 'needs either `when:` or `branches:`' },
    ]);
    expect(stepSchema.safeParse({ id: 'here', type: 'checkpoint' }).success).toBe(false);
  });
});

describe('a split', () => {
  const halves = aStep({ type: 'split', branches: [{ name: 'a', to: 'left' }, { name: 'b' }], next: 'right' });

  // INV-STICKY
  it('sends a contact the same way at each visit and in each version', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 9 }), (id, visit) => {
        const first = planStep(halves, withContact({ id }));
        expect(planStep(halves, { ...withContact({ id, attributes: { x: 1 } }), visit, now: MONDAY + DAY })).toEqual(
          first,
        );
      }),
    );
  });
  it('divides contacts by weight', () => {
    const uneven = aStep({ type: 'split', branches: [{ name: 'a', weight: 3 }, { name: 'b' }] });
    const ways = Array.from({ length: 2000 }, (_, index) => wayOf(uneven, contactNumber(index)));
    const share = ways.filter((way) => way === 'a').length / ways.length;
    expect(share).toBeGreaterThan(0.71); // 4 standard deviations around 0.75
    expect(share).toBeLessThan(0.79);
  });
  it('divides anew at another step, but not at one with the same `by`', () => {
    const other = { ...halves, id: 'there' };
    const linked = (id: string) => ({ ...halves, id, by: 'spring' });
    const contacts = Array.from({ length: 200 }, (_, index) => contactNumber(index));
    const differing = contacts.filter((contact) => wayOf(halves, contact) !== wayOf(other, contact));
    expect(differing.length).toBeGreaterThan(50);
    for (const contact of contacts) expect(wayOf(linked('x'), contact)).toBe(wayOf(linked('y'), contact));
  });
  it('goes on where the branch says, else to next, and says how many go that way', () => {
    const one = aStep({ type: 'split', branches: [{ name: 'only' }], next: 'right' });
    const plan = { type: 'go', to: 'right', outcome: 'only', reason: 'by chance, 100 % go this way' };
    expect(planStep(one, arrived)).toMatchObject(plan);
  });
  it('holds some out: they wait, get nothing, and end as holdout', () => {
    const most = aStep({
      type: 'split',
      branches: [{ name: 'a', weight: 0.001 }],
      holdout: { weight: 999, for: '30d' },
    });
    expect(planStep(most, arrived)).toMatchObject({ type: 'stay', until: MONDAY + 30 * DAY, events: [] });
    expect(planStep(most, waitingUntil(MONDAY + 30 * DAY, { now: MONDAY + DAY }))).toMatchObject({ type: 'stay' });
    expect(planStep(most, waitingUntil(MONDAY + 30 * DAY, { now: MONDAY + 30 * DAY }))).toMatchObject({
      type: 'end',
      outcome: 'holdout',
    });
  });
  it('refuses two branches of one name', () => {
    const twice = { id: 'here', type: 'split', branches: [{ name: 'a' }, { name: 'a' }] };
    expect(stepSchema.safeParse(twice).error?.issues).toMatchObject([{ message: 'has two branches of one name' }]);
  });
});

describe('a goto', () => {
  const back = aStep({ type: 'goto', to: 'again', most: 2, next: 'on' });
  it.each([
    [1, 'again', 'time 1 of 2'],
    [2, 'again', 'time 2 of 2'],
    [3, 'on', 'has gone to again 2 times'],
  ])('at visit %i goes to %s', (visit, to, reason) => {
    expect(planStep(back, { ...arrived, visit })).toMatchObject({ type: 'go', to, reason });
  });
});
