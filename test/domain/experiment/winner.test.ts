import fc from 'fast-check';
import { chance } from '../../../src/domain/chance';
import { chanceOfLead, upperTail, wilsonInterval } from '../../../src/domain/experiment/proportions';
import { type VariantCount, winnerOf } from '../../../src/domain/experiment/winner';

const RULE = { after: 100, confidence: 95 };
const counts = (...all: readonly (readonly [sent: number, successes: number])[]): readonly VariantCount[] =>
  all.map(([sent, successes], index) => ({ variant: 'abcdefghij'[index] ?? '', sent, successes }));

describe('the winner of an experiment', () => {
  it('is the one that is ahead by more than chance explains', () => {
    expect(winnerOf(counts([1000, 100], [1000, 150]), RULE)).toEqual({
      type: 'won',
      winner: 'b',
      reason:
        'b 15 % (150 of 1000) against a 10 % (100 of 1000): chance alone would do so in 0.036 %, at most 2.5 % are allowed',
    });
  });
  it('is none while a variant has few mails', () => {
    expect(winnerOf(counts([1000, 100], [99, 90]), RULE)).toEqual({
      type: 'open',
      reason: 'b has 99 of at least 100 mails',
    });
  });
  it('is none while chance may explain the lead', () => {
    expect(winnerOf(counts([1000, 100], [1000, 115]), RULE)).toMatchObject({
      type: 'open',
      reason: expect.stringContaining('b 11.5 % (115 of 1000) against a 10 %'),
    });
  });
  it('is compared with the best other variant, not with the worst', () => {
    expect(winnerOf(counts([1000, 10], [1000, 150], [1000, 145]), RULE)).toMatchObject({ type: 'open' });
  });
  it('must be surer the more variants there are', () => {
    const two = counts([1000, 120], [1000, 150]);
    expect(winnerOf(two, RULE)).toMatchObject({ type: 'won' });
    expect(winnerOf([...two, ...counts([1000, 5], [1000, 5], [1000, 5])], RULE)).toMatchObject({ type: 'open' });
  });
  it('is none where nobody or everybody did it', () => {
    expect(winnerOf(counts([500, 0], [500, 0]), RULE)).toMatchObject({ type: 'open' });
    expect(winnerOf(counts([500, 500], [500, 500]), RULE)).toMatchObject({ type: 'open' });
  });

  it('is wrongly declared no more often than the confidence allows, where all variants are the same', () => {
    const experiments = 500;
    const successes = (n: number, variant: number) => {
      let count = 0;
      for (let mail = 0; mail < 150; mail += 1) count += chance('null', n, variant, mail) < 0.2 ? 1 : 0;
      return [150, count] as const;
    };
    let wrong = 0;
    for (let n = 0; n < experiments; n += 1) {
      const all = counts(...[0, 1, 2].map((variant) => successes(n, variant)));
      if (winnerOf(all, { after: 100, confidence: 90 }).type === 'won') wrong += 1;
    }
    expect(wrong / experiments).toBeGreaterThan(0.01); // the test itself can fail
    expect(wrong / experiments).toBeLessThan(0.1);
  });

  it('never depends on the order of the variants', () => {
    const count = fc.integer({ min: 100, max: 3000 }).chain((sent) => fc.tuple(fc.constant(sent), fc.nat(sent)));
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 5 }), (all) => {
        const given = counts(...all);
        const verdict = winnerOf(given, RULE);
        const turned = winnerOf(given.toReversed(), RULE);
        expect(turned.type).toBe(verdict.type);
        if (verdict.type === 'won') expect(turned).toMatchObject({ winner: verdict.winner });
      }),
    );
  });
});

test.each([
  [0, 0.5],
  [1, 0.158655],
  [1.644854, 0.05],
  [1.959964, 0.025],
  [3, 0.00135],
  [-1, 0.841345],
])('a standard normal value above %d comes with chance %d', (z, expected) => {
  expect(upperTail(z)).toBeCloseTo(expected, 6);
});

test('the two-proportion test gives what a handbook gives', () => {
  // 38 of 200 against 24 of 200: z = 1.9340, one-sided p = 0.02656
  expect(chanceOfLead({ trials: 200, successes: 38 }, { trials: 200, successes: 24 })).toBeCloseTo(0.02656, 4);
});

test.each([
  [10, 0, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [100, 20, 0.1334, 0.2888],
  [0, 0, 0, 1],
])('of %d mails with %d successes the interval is that of Wilson', (trials, successes, low, high) => {
  const interval = wilsonInterval({ trials, successes });
  expect(interval.low).toBeCloseTo(low, 3);
  expect(interval.high).toBeCloseTo(high, 3);
});
