import fc from 'fast-check';
import { addInterest, type Interest, pointsLeft, scoreAt, scorePlus } from '../../../src/domain/scoring/interest';
import { DAY, MONDAY } from '../../support/builders';

const HALF_LIFE = 10 * DAY;

const points = fc.double({ min: -1000, max: 1000, noNaN: true });
const instant = fc.integer({ min: MONDAY, max: MONDAY + 200 * DAY });
const interest: fc.Arbitrary<Interest> = fc.record({ points, at: instant });
const halfLife = fc.integer({ min: 1000, max: 400 * DAY });
const sumOf = (all: readonly Interest[], over: number) =>
  all.reduce((sum, one) => addInterest(sum, one, over), { points: 0, at: MONDAY });

describe('interest', () => {
  it.each([
    ['is whole at once', 0, 40],
    ['is a half after a half-life', HALF_LIFE, 20],
    ['is a quarter after two', 2 * HALF_LIFE, 10],
    ['has not begun to fade before it was earned', -HALF_LIFE, 40],
    ['is nothing after ages', 10_000 * DAY, 0],
  ])('%s', (_name, age, score) => {
    expect(scoreAt({ points: 40, at: MONDAY }, MONDAY + age, HALF_LIFE)).toBe(score);
  });

  it.each([
    [1.005, 1.01],
    [-1.005, -1.01],
    [12.345, 12.35],
    [0.0009, 0],
    [1e-300, 0],
    [0.004, 0],
    [0.005, 0.01],
    [999.995, 1000],
  ])('of %d shows as %d', (one, score) => {
    expect(scoreAt({ points: one, at: MONDAY }, MONDAY, HALF_LIFE)).toBe(score);
  });

  // INV-INTEREST-FADES
  it('never grows by waiting: what is left is no more than before, and of the same sign', () => {
    fc.assert(
      fc.property(interest, halfLife, instant, fc.nat(100 * DAY), (one, over, now, later) => {
        const [before, after] = [pointsLeft(one, now, over), pointsLeft(one, now + later, over)];
        expect(Math.abs(after)).toBeLessThanOrEqual(Math.abs(before));
        expect(Math.abs(Math.sign(after) - Math.sign(before))).toBeLessThanOrEqual(1);
        expect(Math.abs(scoreAt(one, now + later, over))).toBeLessThanOrEqual(Math.abs(scoreAt(one, now, over)));
      }),
    );
  });

  it('of events is the same in whatever order they arrive, late ones among them', () => {
    const shuffled = fc
      .array(interest, { maxLength: 6 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const [a, b] = [sumOf(one, HALF_LIFE), sumOf(other, HALF_LIFE)];
        expect(a.at).toBe(b.at);
        expect(a.points).toBeCloseTo(b.points, 6);
      }),
    );
  });

  it('that comes late counts what is left of it', () => {
    const late = addInterest({ points: 10, at: MONDAY }, { points: 8, at: MONDAY - HALF_LIFE }, HALF_LIFE);
    expect(late).toEqual({ points: 14, at: MONDAY });
  });
});

test('a score is rounded by its decimal digits, halves away from zero, however near to a half it lies', () => {
  const nearHalf = fc
    .tuple(fc.integer({ min: 0, max: 200_000 }), fc.double({ min: -1e-7, max: 1e-7, noNaN: true }))
    .map(([hundredths, off]) => (hundredths + 0.5) / 100 + off);
  const byDigits = (size: number) => Math.round(Number(`${Number(size.toPrecision(15))}e2`)) / 100;
  fc.assert(
    fc.property(fc.oneof(nearHalf, fc.double({ min: 0.001, max: 1e7, noNaN: true })), (size) => {
      expect(scorePlus(0, size)).toBe(byDigits(size));
      expect(scorePlus(0, -size) + 0).toBe(0 - byDigits(size));
    }),
    { numRuns: 2000 },
  );
});
