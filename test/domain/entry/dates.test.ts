import fc from 'fast-check';
import { daysToSweep, isDueOn, localDateOf, plusDays, textsFor } from '../../../src/domain/entry/dates';
import type { DateEntry } from '../../../src/domain/entry/schema';
import type { Facts } from '../../../src/domain/facts';
import type { Json } from '../../../src/domain/ids';
import { someFacts } from '../../support/builders';

const FIELD = 'contact.attributes.day';
const aDate = (parts: Partial<DateEntry> = {}): DateEntry => ({ field: FIELD, offset: 0, ...parts });
function factsWith(day: Json, parts: { readonly timeZone?: string; readonly createdAt?: number } = {}): Facts {
  const facts = someFacts();
  return { ...facts, contact: { ...facts.contact, ...parts, attributes: { day } } };
}

describe('the date of a contact', () => {
  it.each([
    ['2026-05-17', 'America/Sao_Paulo', '2026-05-17'],
    ['2026-05-17T01:30:00Z', 'America/Sao_Paulo', '2026-05-16'],
    ['2026-05-17T23:30:00-03:00', 'Asia/Tokyo', '2026-05-18'],
    ['2026-02-30', 'America/Sao_Paulo', undefined],
    ['17/05/2026', 'America/Sao_Paulo', undefined],
    ['2026-05-17T01:30', 'America/Sao_Paulo', undefined],
    [20260517, 'America/Sao_Paulo', undefined],
    [['2026-05-17'], 'America/Sao_Paulo', undefined],
  ])('%j in %s is %s', (day, timeZone, date) => {
    expect(localDateOf(FIELD, factsWith(day, { timeZone }))).toBe(date);
  });

  it('of a moment is the one that the contact’s clocks show', () => {
    const createdAt = Date.UTC(2026, 4, 17, 2);
    expect(localDateOf('contact.createdAt', factsWith(null, { createdAt }))).toBe('2026-05-16');
    expect(localDateOf('contact.createdAt', factsWith(null, { createdAt, timeZone: 'Asia/Tokyo' }))).toBe('2026-05-17');
  });

  it('is missing for a fact that is not there', () => {
    expect(localDateOf('client.lastPurchaseAt', someFacts())).toBeUndefined();
    expect(localDateOf('nothing.known', someFacts())).toBeUndefined();
  });
});

describe('a contact is due', () => {
  it.each([
    [aDate(), '2026-05-17', '2026-05-17', true],
    [aDate(), '2026-05-17', '2027-05-17', false],
    [aDate({ offset: -3 }), '2026-05-17', '2026-05-14', true],
    [aDate({ offset: -3 }), '2026-05-17', '2026-05-17', false],
    [aDate({ offset: 14 }), '2026-12-25', '2027-01-08', true],
    [aDate({ every: 'year' }), '1990-05-17', '2026-05-17', true],
    [aDate({ every: 'year' }), '2026-05-17', '2026-05-17', false],
    [aDate({ every: 'year' }), '2030-05-17', '2026-05-17', false],
    [aDate({ every: 'year', offset: -7 }), '1990-01-03', '2025-12-27', true],
    [aDate({ every: 'year' }), '1992-02-29', '2028-02-29', true],
    [aDate({ every: 'year' }), '1992-02-29', '2028-02-28', false],
    [aDate({ every: 'year' }), '1992-02-29', '2026-02-28', true],
    [aDate({ every: 'year' }), '1992-02-29', '2026-03-01', false],
  ])('by %j with %s on %s: %s', (entry, day, on, isDue) => {
    expect(isDueOn(entry, factsWith(day), on)).toBe(isDue);
  });

  it('once each year, whatever the date', () => {
    const dates = fc.integer({ min: 0, max: 20_000 }).map((days) => plusDays('1950-01-01', days));
    fc.assert(
      fc.property(dates, fc.integer({ min: -366, max: 366 }), (date, offset) => {
        const entry = aDate({ every: 'year', offset });
        const days = Array.from({ length: 365 }, (_, index) => plusDays('2026-01-01', index));
        expect(days.filter((day) => isDueOn(entry, factsWith(date), day))).toHaveLength(1);
      }),
      { numRuns: 20 },
    );
  });
});

test('the texts for a day leave nobody out who is due, in whatever zone the date is written', () => {
  const zones = ['America/Sao_Paulo', 'Asia/Tokyo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'];
  const minutes = fc.integer({ min: 0, max: 60 * 24 * 900 });
  const written = fc.tuple(minutes, fc.constantFrom('Z', '+14:00', '-11:00')).map(([minute, zone]) => {
    const at = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
    return `${at.slice(0, 16)}${zone}`;
  });
  const asked = fc.record({
    value: fc.oneof(
      written,
      written.map((text) => text.slice(0, 10)),
    ),
    timeZone: fc.constantFrom(...zones),
    every: fc.constantFrom<DateEntry['every']>(undefined, 'year'),
    offset: fc.integer({ min: -40, max: 40 }),
  });
  fc.assert(
    fc.property(asked, ({ value, timeZone, every, offset }) => {
      const entry = aDate({ every, offset });
      const facts = factsWith(value, { timeZone });
      const days = Array.from({ length: 3 * 366 }, (_, index) => plusDays('2024-01-01', index));
      for (const day of days.filter((one) => isDueOn(entry, facts, one))) {
        const texts = textsFor(entry, day);
        if (texts.type === 'dates') expect(texts.dates).toContain(value.slice(0, 10));
        else expect(texts.days).toContain(value.slice(5, 10));
      }
    }),
    { numRuns: 30 },
  );
});

describe('the days of a sweep', () => {
  it.each([
    ['2026-03-02', ['2026-03-02']],
    ['2026-03-05', ['2026-03-02']],
    ['2026-03-01', ['2026-03-02']],
    ['2026-02-27', ['2026-02-28', '2026-03-01', '2026-03-02']],
    ['2025-12-01', ['2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']],
  ])('after %s are those since, at most seven, and today', (through, days) => {
    expect(daysToSweep('2026-03-02', through)).toEqual(days);
  });
});
