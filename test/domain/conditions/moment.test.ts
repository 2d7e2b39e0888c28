import { startOfLocalDay } from '../../../src/domain/conditions/local-day';
import { instantOf, type Moment, momentSchema } from '../../../src/domain/conditions/moment';

const iso = (at: number) => new Date(at).toISOString();
const startOf = (date: string, zone: string) => iso(startOfLocalDay(Date.parse(`${date}T00:00:00Z`), zone));

test.each([
  ['2026-03-29', 'Europe/Warsaw', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Warsaw', '2026-03-29T22:00:00.000Z'],
  ['2025-10-26', 'Europe/Warsaw', '2025-10-25T22:00:00.000Z'],
  ['2025-10-27', 'Europe/Warsaw', '2025-10-26T23:00:00.000Z'],
  ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
  ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
  ['2018-11-03', 'America/Sao_Paulo', '2018-11-03T03:00:00.000Z'],
  ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
])('%s begins in %s at %s', (date, zone, expected) => {
  expect(startOf(date, zone)).toBe(expected);
});

test('a date whose midnight is skipped begins when the clocks change', () => {
  expect(startOf('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
});

test('a date whose midnight comes twice begins with the first', () => {
  expect(startOf('2025-11-02', 'America/Havana')).toBe('2025-11-02T04:00:00.000Z');
});

test('a date that clocks never showed begins where the next one does', () => {
  expect(startOf('2011-12-30', 'Pacific/Apia')).toBe(startOf('2011-12-31', 'Pacific/Apia'));
});

test('before a local date is before it begins; after it is past its last millisecond', () => {
  const text = '2018-11-03 in America/Sao_Paulo';
  expect(momentSchema('before').parse(text)).toEqual({ at: Date.UTC(2018, 10, 3, 3) });
  expect(momentSchema('after').parse(text)).toEqual({ at: Date.UTC(2018, 10, 4, 3) - 1 });
});

test.each([
  ['2026-02-30T00:00:00Z', 'is on no calendar'],
  ['2026-02-30 in America/Sao_Paulo', 'is on no calendar'],
  ['2026-02-03', 'is not a moment'],
  ['2026-02-03T10:00:00', 'is not a moment'],
  ['90 days ago', 'is not a duration'],
  ['2026-02-03 in Brazil/Nowhere', 'is not an IANA time zone'],
])('%s is refused: it %s', (text, problem) => {
  expect(momentSchema('before').safeParse(text).error?.issues[0]?.message).toContain(problem);
});

test.each<[Moment, string]>([
  [{ ago: 60_000 }, '2026-01-05T11:59:00.000Z'],
  [{ at: 0 }, '1970-01-01T00:00:00.000Z'],
  [{ ago: 999_999 * 7 * 86_400_000 }, '0001-01-01T00:00:00.000Z'],
  [{ at: 8e15 }, '9999-12-31T23:59:59.999Z'],
])('%j means %s, within years that the database can write', (moment, expected) => {
  expect(iso(instantOf(moment, Date.UTC(2026, 0, 5, 12)))).toBe(expected);
});
