import fc from 'fast-check';
import { type Calendar, isOpen, nextOpening, nextTimeOnOpenDay } from '../../../src/domain/calendar/calendars';
import { localClock, timeMs } from '../../../src/domain/calendar/local-time';
import { calendarsFrom, calendarsSchema } from '../../../src/domain/calendar/schema';

const at = (iso: string) => Date.parse(iso);
const MINUTE = 60_000;

function aCalendar(file: object, zone = 'Europe/Warsaw'): Calendar {
  const { named = {} } = calendarsFrom(calendarsSchema.parse({ calendars: { it: file } }), zone);
  const { it } = named;
  if (!it) throw new Error('no calendar');
  return it;
}

const weekdays = (...hours: readonly string[]) =>
  Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, hours]));
const everyDay = (...hours: readonly string[]) => ({ ...weekdays(...hours), sat: hours, sun: hours });
const office = aCalendar({
  hours: weekdays('09:00-12:00', '13:00-18:00'),
  holidays: ['12-25', '2026-01-06', { from: '2026-12-24', to: '2027-01-02' }],
});

/** Name of the case, a moment, when the office is open next: by the clocks of Warsaw. */
test.each([
  ['an open moment is its own answer', '2026-01-05T09:30+01:00', '2026-01-05T09:30+01:00'],
  ['hours include their first moment', '2026-01-05T09:00+01:00', '2026-01-05T09:00+01:00'],
  ['and not their last', '2026-01-05T12:00+01:00', '2026-01-05T13:00+01:00'],
  ['in the night it is the morning', '2026-01-05T03:00+01:00', '2026-01-05T09:00+01:00'],
  ['over a weekend it is Monday', '2026-01-09T18:00+01:00', '2026-01-12T09:00+01:00'],
  ['a holiday is closed all day', '2026-01-06T10:00+01:00', '2026-01-07T09:00+01:00'],
  ['one of every year in any year', '2031-12-25T10:00+01:00', '2031-12-26T09:00+01:00'],
  ['a range on both its ends', '2026-12-23T18:00+01:00', '2027-01-04T09:00+01:00'],
])('%s', (_name, moment, opening) => {
  expect(nextOpening(office, at(moment))).toBe(at(opening));
});

describe('when clocks change in Warsaw', () => {
  const early = aCalendar({ hours: { sun: ['02:30-04:00'] } });
  const gapOnly = aCalendar({ hours: { sun: ['02:00-03:00'] } });

  it('opens with the change, when the spring change skips the beginning', () => {
    expect(nextOpening(early, at('2026-03-28T12:00Z'))).toBe(at('2026-03-29T01:00Z')); // 03:00, the first moment after 01:59
  });

  it('does not open on a day whose only hours the spring change skips', () => {
    expect(nextOpening(gapOnly, at('2026-03-28T12:00Z'))).toBe(at('2026-04-05T00:00Z'));
  });

  it('is as open as the clock says, when the autumn change shows an hour twice', () => {
    const moments = ['00:20Z', '00:30Z', '00:59Z', '01:00Z', '01:29Z', '01:30Z', '02:59Z', '03:00Z'];
    expect(moments.map((time) => isOpen(early, at(`2026-10-25T${time}`)))).toEqual([
      false, // 02:20
      true, // 02:30
      true,
      false, // 02:00 again
      false,
      true, // 02:30 again
      true,
      false, // 04:00
    ]);
    expect(nextOpening(early, at('2026-10-25T01:00Z'))).toBe(at('2026-10-25T01:30Z'));
  });

  it('keeps its hours by the clock on both sides', () => {
    const nine = aCalendar({ hours: everyDay('09:00-17:00') });
    expect(nextOpening(nine, at('2026-03-28T20:00Z'))).toBe(at('2026-03-29T07:00Z'));
    expect(nextOpening(nine, at('2026-10-24T20:00Z'))).toBe(at('2026-10-25T08:00Z'));
  });
});

it('opens at the first moment of a day whose midnight is skipped', () => {
  const allDay = aCalendar({ zone: 'America/Sao_Paulo', hours: { sun: ['00:00-24:00'] } });
  expect(nextOpening(allDay, at('2018-11-03T12:00Z'))).toBe(at('2018-11-04T03:00Z')); // 01:00; there was no 00:00
});

it('counts in its own zone, else in that of the company', () => {
  const hours = { mon: ['09:00-10:00'] };
  expect(nextOpening(aCalendar({ hours }, 'Asia/Tokyo'), at('2026-01-04T00:00Z'))).toBe(at('2026-01-05T00:00Z'));
  const paulista = aCalendar({ zone: 'America/Sao_Paulo', hours }, 'Asia/Tokyo');
  expect(nextOpening(paulista, at('2026-01-04T00:00Z'))).toBe(at('2026-01-05T12:00Z'));
});

test.each([
  ['today, when it is still to come', '2026-01-05T08:00+01:00', '2026-01-05T10:00+01:00'],
  ['the next open day, when it is now', '2026-01-05T10:00+01:00', '2026-01-07T10:00+01:00'], // the 6th is a holiday
  ['Monday, on a Saturday', '2026-01-10T08:00+01:00', '2026-01-12T10:00+01:00'],
])('a time on an open day is %s', (_name, moment, next) => {
  expect(nextTimeOnOpenDay(office, { at: at(moment), time: timeMs('10:00') })).toBe(at(next));
});

it('a time on an open day may lie outside of its hours', () => {
  const next = nextTimeOnOpenDay(office, { at: at('2026-01-05T12:30+01:00'), time: timeMs('20:00') });
  expect(next).toBe(at('2026-01-05T20:00+01:00'));
});

it('opens again after the longest closure that a file may ask for', () => {
  const mondays = Array.from({ length: 100 }, (_, week) => new Date(at('2026-01-05') + week * 7 * 86_400_000));
  const closed = { from: '2028-01-01', to: '2030-09-26' }; // 1,000 days
  const holidays = [...new Set(mondays.map((day) => day.toISOString().slice(5, 10))), closed];
  const calendar = aCalendar({ hours: { mon: ['09:00-10:00'] }, holidays });
  const opening = nextOpening(calendar, at('2026-01-05T00:00Z'));
  expect(isOpen(calendar, opening)).toBe(true);
});

describe('whatever its hours, holidays and zone', () => {
  const zones = [
    'America/Sao_Paulo',
    'Europe/Warsaw',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Havana',
    'UTC',
  ];
  const time = fc.constantFrom('00:00', '01:30', '02:00', '02:30', '03:00', '09:00', '12:15', '23:30', '24:00');
  const span = fc.uniqueArray(time, { minLength: 2, maxLength: 2 }).map((two) => two.toSorted().join('-'));
  const day = fc.option(
    span.map((one) => [one]),
    { nil: [] },
  );
  const calendars = fc
    .record({
      zone: fc.constantFrom(...zones),
      hours: fc.record({ mon: day, wed: day, sat: day, sun: span.map((one) => [one]) }),
      holidays: fc.constantFrom([], ['01-01'], ['2026-03-29', { from: '2026-10-20', to: '2026-11-05' }]),
    })
    .map((file) => aCalendar(file));
  // around clock changes, where it may go wrong; and anywhere
  const moment = fc.oneof(
    fc
      .constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-25', '2026-11-01')
      .chain((date) => fc.integer({ min: -2880, max: 2880 }).map((minutes) => at(date) + minutes * MINUTE)),
    fc.integer({ min: at('2015-01-01'), max: at('2035-01-01') }),
  );

  // INV-NEXT-OPENING
  test('the next opening is open, is not before, and nothing between is open', () => {
    fc.assert(
      fc.property(calendars, moment, (calendar, now) => {
        const opening = nextOpening(calendar, now);
        expect(opening).toBeGreaterThanOrEqual(now);
        expect(isOpen(calendar, opening)).toBe(true);
        // hours begin on whole minutes, so a look at each of them, and just before the end, misses none
        const quarters = Array.from(
          { length: Math.ceil((opening - now) / (15 * MINUTE)) },
          (_, n) => now + n * 15 * MINUTE,
        );
        expect(quarters.filter((one) => isOpen(calendar, one))).toEqual([]);
        if (opening > now) expect(isOpen(calendar, opening - 1)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('a later moment has no earlier opening', () => {
    fc.assert(
      fc.property(calendars, moment, fc.integer({ min: 0, max: 10_000 }), (calendar, now, minutes) => {
        expect(nextOpening(calendar, now + minutes * MINUTE)).toBeGreaterThanOrEqual(nextOpening(calendar, now));
      }),
      { numRuns: 300 },
    );
  });

  test('a time on an open day is later, is shown or skipped by clocks, and is on an open day', () => {
    fc.assert(
      fc.property(calendars, moment, (calendar, now) => {
        const shown = nextTimeOnOpenDay(calendar, { at: now, time: timeMs('02:30') });
        expect(shown).toBeGreaterThan(now);
        expect([150, 180, 210]).toContain(localClock(shown, calendar.zone).minutes); // 02:30, or past a gap of 30 or 60 minutes
      }),
      { numRuns: 300 },
    );
  });
});

const codes = (calendar: object) => calendarsSchema.safeParse({ calendars: { it: calendar } }).error?.issues ?? [];
test.each([
  ['no hours at all', { hours: {} }, 'must be open on some day'],
  ['hours of no day', { hours: { mon: [] } }, 'must be open on some day'],
  ['hours that end before they begin', { hours: { mon: ['18:00-09:00'] } }, 'ends before it begins'],
  ['hours that overlap', { hours: { mon: ['09:00-12:00', '11:00-13:00'] } }, 'without overlap'],
  ['hours of no clock', { hours: { mon: ['9-18'] } }, 'not hours of a day'],
  ['a date on no calendar', { hours: weekdays('09:00-18:00'), holidays: ['2026-02-30'] }, 'is on no calendar'],
  [
    'a range that ends before it begins',
    { hours: weekdays('09:00-18:00'), holidays: [{ from: '2026-02-02', to: '2026-02-01' }] },
    'ends before it begins',
  ],
  [
    'more closed days than leave an open one',
    { hours: weekdays('09:00-18:00'), holidays: [{ from: '2026-01-01', to: '2035-01-01' }] },
    'at most 1000 days',
  ],
  ['a zone that is none', { hours: weekdays('09:00-18:00'), zone: 'Europe/Atlantis' }, 'not an IANA time zone'],
])('a calendar with %s is refused', (_name, calendar, message) => {
  expect(JSON.stringify(codes(calendar))).toContain(message);
});
