import fc from 'fast-check';
import { frozenMs, pauseText, resumedText, standstillOf } from '../../../src/domain/pause/holding';
import { DAY, HOUR } from '../../support/builders';
import { aPause, at } from '../../support/pausing';

const spans = fc.array(
  fc.record({
    mode: fc.constantFrom('freeze' as const, 'freeze' as const, 'elapse' as const, 'skip' as const),
    from: fc.integer({ min: 0, max: 40 }),
    length: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
  }),
  { maxLength: 6 },
);

describe('time that stood still', () => {
  it.each([
    ['none', [], 0],
    ['one inside', [aPause('freeze', [10, 14])], 4],
    ['one that began before', [aPause('freeze', [-5, 3])], 3],
    ['one that lasts', [aPause('freeze', [40, null])], 8],
    ['one from later', [aPause('freeze', [50, 60])], 0],
    ['two apart', [aPause('freeze', [1, 3]), aPause('freeze', [5, 6])], 3],
    ['two that overlap', [aPause('freeze', [1, 10]), aPause('freeze', [5, 12])], 11],
    ['one within another', [aPause('freeze', [1, 10]), aPause('freeze', [5, 6])], 9],
    ['only freezes count', [aPause('elapse', [1, 10]), aPause('skip', [11, 20])], 0],
  ])('%s', (_name, pauses, hours) => {
    expect(frozenMs(pauses, at(0), at(48))).toBe(hours * HOUR);
    expect(frozenMs(pauses.toReversed(), at(0), at(48))).toBe(hours * HOUR);
  });

  it('is what counting hour by hour gives', () => {
    fc.assert(
      fc.property(spans, (drawn) => {
        const pauses = drawn.map(({ mode, from, length }) =>
          aPause(mode, [from, length === null ? null : from + length]),
        );
        const stoodStill = Array.from({ length: 48 }, (_, hour) => hour).filter((hour) =>
          pauses.some(
            ({ mode, since, endedAt }) =>
              mode === 'freeze' && since <= at(hour) && (endedAt === null || endedAt > at(hour)),
          ),
        );
        expect(frozenMs(pauses, at(0), at(48))).toBe(stoodStill.length * HOUR);
      }),
    );
  });
});

describe('what pauses ask of a journey', () => {
  const freeze = aPause('freeze', [0, null]);
  const elapse = aPause('elapse', [1, null]);
  const skip = aPause('skip', [0, null]);

  it('is nothing before they began and after they ended', () => {
    const over = aPause('freeze', [1, 2]);
    expect(standstillOf([over], at(0)).holds).toBeUndefined();
    expect(standstillOf([over], at(1)).holds).toBe(over);
    expect(standstillOf([over], at(2)).holds).toBeUndefined();
    expect(standstillOf([aPause('skip', [1, 2])], at(2))).toEqual({ holds: undefined, drops: undefined });
  });

  it('is to hold for whoever asks with a clock from before a pause that lasts', () => {
    expect(standstillOf([elapse], at(0)).holds).toBe(elapse);
  });

  it('is told by the pause that holds already, whichever others begin or come first', () => {
    expect(standstillOf([freeze, elapse], at(2))).toEqual({ holds: freeze, drops: undefined });
    expect(standstillOf([freeze, elapse], at(2), elapse.id).holds).toBe(elapse);
    expect(standstillOf([freeze, skip], at(2), skip.id)).toEqual({ holds: skip, drops: skip });
  });

  it('is to drop only while none holds', () => {
    expect(standstillOf([skip], at(2))).toEqual({ holds: undefined, drops: skip });
    expect(standstillOf([skip, freeze], at(2))).toEqual({ holds: freeze, drops: skip });
  });

  it('is told in words', () => {
    const scope = 'sequence course-nurture';
    expect(pauseText({ ...freeze, scope, reason: 'prices are wrong' })).toBe(
      'paused: sequence course-nurture, clocks stopped (prices are wrong)',
    );
    expect(resumedText({ ...freeze, scope }, 2 * DAY)).toBe(
      'no longer paused: sequence course-nurture; the wait gets back 2d',
    );
    expect(resumedText(undefined, 0)).toBe('no longer paused');
  });
});
