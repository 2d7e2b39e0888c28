import fc from 'fast-check';
import { DateTime } from 'luxon';
import { localClock, nextLocalTime, type WantedTime, WEEKDAYS } from '../../../src/domain/calendar/local-time';

const at = (iso: string) => Date.parse(iso);
const nine = (zone: string) => ({ time: '09:00', weekdays: [], zone }) as const;

describe('the next local time', () => {
  it('is today when the time is still to come, and tomorrow when it has come', () => {
    expect(nextLocalTime(at('2026-01-05T11:00Z'), nine('America/Sao_Paulo'))).toBe(at('2026-01-05T12:00Z'));
    expect(nextLocalTime(at('2026-01-05T12:00Z'), nine('America/Sao_Paulo'))).toBe(at('2026-01-06T12:00Z'));
  });

  it('takes the weekday in the zone, not in UTC', () => {
    const thursday = { time: '05:00', weekdays: ['thu'], zone: 'Asia/Tokyo' } as const;
    expect(nextLocalTime(at('2026-01-05T00:00Z'), thursday)).toBe(at('2026-01-07T20:00Z'));
  });

  it('keeps the wall-clock time over both changes of the clock', () => {
    expect(nextLocalTime(at('2026-03-28T12:00Z'), nine('Europe/Warsaw'))).toBe(at('2026-03-29T07:00Z'));
    expect(nextLocalTime(at('2026-10-24T12:00Z'), nine('Europe/Warsaw'))).toBe(at('2026-10-25T08:00Z'));
  });

  it('moves a time that the spring change skips to the moment after it', () => {
    const skipped = { time: '02:30', weekdays: [], zone: 'Europe/Warsaw' } as const;
    expect(nextLocalTime(at('2026-03-28T12:00Z'), skipped)).toBe(at('2026-03-29T01:30Z'));
  });

  it('takes the first of two when the autumn change shows a time twice', () => {
    const twice = { time: '02:30', weekdays: [], zone: 'Europe/Warsaw' } as const;
    expect(nextLocalTime(at('2026-10-24T12:00Z'), twice)).toBe(at('2026-10-25T00:30Z'));
  });

  it('is on the next day when the first of two showings is over, also where midnight is shown twice', () => {
    const twice = { time: '00:45', weekdays: [], zone: 'Asia/Amman' } as const;
    expect(nextLocalTime(at('2021-10-28T21:11Z'), twice)).toBe(at('2021-10-28T21:45Z'));
    expect(nextLocalTime(at('2021-10-28T22:11Z'), twice)).toBe(at('2021-10-29T22:45Z'));
  });

  it('reads the clock in a zone', () => {
    expect(localClock(at('2026-01-05T02:15Z'), 'America/Sao_Paulo')).toEqual({ minutes: 23 * 60 + 15, weekday: 'sun' });
  });

  it('is the one that a calendar finds by going from day to day, in every zone', () => {
    fc.assert(
      fc.property(momentOfDecades, wantedTime, (now, wanted) => {
        // between two showings of one midnight the calendar takes the second; the test above says what we do
        fc.pre(DateTime.fromMillis(now, { zone: wanted.zone }).getPossibleOffsets().length === 1);
        expect(nextLocalTime(now, wanted)).toBe(byCalendar(now, wanted));
      }),
    );
  });
});

const MINUTE = 60_000;
const momentOfDecades = fc
  .integer({ min: at('1995-01-01') / MINUTE, max: at('2040-01-01') / MINUTE })
  .map((minutes) => minutes * MINUTE);
const two = (number: number) => String(number).padStart(2, '0');
const timeOfDay = fc.tuple(fc.nat(23), fc.nat(3)).map(([hour, quarter]) => `${two(hour)}:${two(quarter * 15)}`);
const wantedTime: fc.Arbitrary<WantedTime> = fc.record({
  time: timeOfDay,
  weekdays: fc.subarray([...WEEKDAYS]),
  zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
});

function byCalendar(now: number, { time, weekdays, zone }: WantedTime): number | undefined {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const today = DateTime.fromMillis(now, { zone }).startOf('day');
  const days = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((count) => today.plus({ days: count }));
  const fitting = days.filter(
    ({ weekday }) => weekdays.length === 0 || weekdays.includes(WEEKDAYS[weekday - 1] ?? 'mon'),
  );
  return fitting.map((day) => day.set({ hour, minute }).toMillis()).find((one) => one > now);
}
