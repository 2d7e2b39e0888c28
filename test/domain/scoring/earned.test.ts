import fc from 'fast-check';
import { earnedBy, rulesFor } from '../../../src/domain/scoring/earned';
import { scoringRules } from '../../support/scoring';

const earned = (type: string, given: Readonly<Record<string, number>> = {}) =>
  earnedBy(rulesFor(scoringRules(), type), { given: new Map(Object.entries(given)) });

describe('an event', () => {
  it('gives the points of each rule that names its type', () => {
    const interest = [
      { name: 'any-click', on: 'mail.clicked', points: 1 },
      { name: 'click', on: 'mail.clicked', points: 2.5 },
      { name: 'call', on: 'call.requested', points: 9 },
    ];
    const rules = rulesFor(scoringRules({ interest }), 'mail.clicked');
    expect(earnedBy(rules, { given: new Map() })).toEqual([
      { rule: 'any-click', points: 1, reason: 'mail.clicked' },
      { rule: 'click', points: 2.5, reason: 'mail.clicked' },
    ]);
  });

  it('gives what is left below the cap, and says so', () => {
    expect(earned('mail.clicked', { clicks: 20 })).toEqual([
      { rule: 'clicks', points: 5, reason: 'mail.clicked: 5 of 10 points, up to the cap of 25' },
    ]);
  });

  it('gives a rest without the errors of sums', () => {
    expect(earned('mail.clicked', { clicks: 20.1 })).toMatchObject([{ points: 4.9 }]);
  });

  it.each([25, 26, 25 - 1e-12])('gives nothing once %d points of a cap of 25 are given', (given) => {
    expect(earned('mail.clicked', { clicks: given })).toEqual([]);
  });

  it('takes points no further than the cap, too', () => {
    expect(earned('mail.unsubscribed')).toMatchObject([{ points: -20 }]);
    expect(earned('mail.unsubscribed', { leaves: -20 })).toEqual([]);
  });

  it('that no rule names gives nothing', () => {
    expect(earned('page.seen')).toEqual([]);
  });
});

// INV-SCORE-CAPS
test('the points of a rule never exceed its cap, however many events come', () => {
  const rule = fc.record({
    name: fc.constant('rule'),
    on: fc.constant('page.seen'),
    points: fc.double({ min: -1000, max: 1000, noNaN: true }),
    cap: fc.double({ min: 0.01, max: 2000, noNaN: true }),
  });
  fc.assert(
    fc.property(rule, fc.nat(30), (one, count) => {
      const [parsed] = scoringRules({ interest: [one] }).interest;
      let given = 0;
      for (let n = 0; n < count; n += 1)
        for (const { points } of earnedBy(parsed ? [parsed] : [], { given: new Map([['rule', given]]) })) {
          expect(Math.sign(points)).toBe(Math.sign(one.points));
          given += points;
        }
      expect(Math.abs(given)).toBeLessThanOrEqual(one.cap + 1e-9);
      expect(Math.abs(given)).toBeCloseTo(Math.min(one.cap, count * Math.abs(one.points)), 6);
    }),
  );
});
