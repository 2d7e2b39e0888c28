import { plannedPause, writtenPause } from '../../src/cli/planned-pause';
import { DAY, MONDAY } from '../support/builders';

const o = { startsAt: MONDAY, zone: 'America/Sao_Paulo', perMinute: 60 };
const planned = (text: string) => writtenPause(text).map((one) => plannedPause(one, o));

test('a pause is written with days of the simulation, or with dates of the company, and may be of one sequence', () => {
  expect(planned('10d..20d:freeze')).toEqual([
    { mode: 'freeze', from: MONDAY + 10 * DAY, to: MONDAY + 20 * DAY, perMinute: 60 },
  ]);
  expect(planned('2026-01-10..2026-01-12:skip:course-nurture')).toEqual([
    {
      mode: 'skip',
      from: Date.UTC(2026, 0, 10, 3),
      to: Date.UTC(2026, 0, 12, 3),
      perMinute: 60,
      sequence: 'course-nurture',
    },
  ]);
  expect(writtenPause('1d..2d:skip', writtenPause('3d..4d:elapse'))).toHaveLength(2);
});

test('one that ends before it begins is none', () => {
  expect(planned('5d..5d:elapse')).toEqual([undefined]);
});

test.each(['10d:freeze', '10d..20d', '10d..20d:stop', '2026-02-30..2026-03-01:skip', 'x..y:skip'])(
  '%s is refused',
  (text) => {
    expect(() => writtenPause(text)).toThrow(/write FROM..TO:MEANING/);
  },
);
