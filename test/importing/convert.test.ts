import { leftOutBecause, toPurchaseLine, toRegistration } from '../../src/importing/convert';
import { DAY, MONDAY } from '../support/builders';
import { aLeadsMap, aPurchasesMap, aRow } from '../support/importing';

const ANA = { email: ' Ana@Example.test ', name: 'Ana' };
const lead = (cells: { readonly [column: string]: string }, parts = {}, number = 1) =>
  toRegistration(aRow({ ...ANA, ...cells }, number), aLeadsMap(parts), { now: MONDAY });
const attributesOf = (cells: { readonly [column: string]: string }, attributes: object, parts = {}) =>
  lead(cells, { contact: { email: '{email}', attributes }, ...parts }).contact.attributes;

test('a row becomes a registration', () => {
  const consent = { purpose: 'marketing', basis: 'consent', text: 'Yes, write to me.' };
  expect(lead({}, { consent })).toEqual({
    idempotencyKey: expect.stringMatching(/^import:/),
    at: MONDAY,
    contact: { email: 'Ana@Example.test', name: 'Ana', attributes: {} },
    lead: { offer: 'course', source: 'fair' },
    consent: { ...consent, granted: true },
  });
});

test('cells become text, numbers and true or false, and what is not known stays out', () => {
  const attributes = {
    age: { column: 'age', type: 'number' },
    job: { column: 'job', missing: ['unknown'] },
    loan: { column: 'loan', values: { yes: true, no: false } },
    town: '{town} ({country})',
  };
  const cells = { age: ' 41 ', job: 'admin.', loan: 'no', town: 'Beja', country: 'PT' };
  expect(attributesOf(cells, attributes)).toEqual({ age: 41, job: 'admin.', loan: false, town: 'Beja (PT)' });
  const empty = { age: '', job: 'unknown', loan: 'yes', town: '', country: '' };
  expect(attributesOf(empty, attributes)).toEqual({ loan: true });
});

test('numbers are read with the decimal sign of the mapping, and never guessed', () => {
  const attributes = { sum: { column: 'sum', type: 'number' } };
  expect(attributesOf({ sum: '-1.5' }, attributes)).toEqual({ sum: -1.5 });
  expect(attributesOf({ sum: '1,5' }, attributes, { decimal: ',' })).toEqual({ sum: 1.5 });
  for (const sum of ['1,5', '1e9', '0x10', 'abc', '1 000', '--1', 'NaN', 'Infinity'])
    expect(() => attributesOf({ sum }, attributes)).toThrow(/^sum is ".*", no number like/);
  for (const sum of ['1.5', '1.000,5'])
    expect(() => attributesOf({ sum }, attributes, { decimal: ',' })).toThrow(/no number like 1234,5/);
});

test('a cell that the mapping does not list is refused, unless it says what then', () => {
  const zone = { column: 'country', values: { PT: 'Europe/Lisbon' } };
  const contact = (timeZone: object) => ({ contact: { email: '{email}', timeZone } });
  expect(() => lead({ country: 'XX' }, contact(zone))).toThrow('country is "XX", which the mapping does not list');
  const otherwise = contact({ ...zone, otherwise: 'Europe/London' });
  expect(lead({ country: 'XX' }, otherwise).contact.timeZone).toBe('Europe/London');
  expect(lead({ country: 'PT' }, otherwise).contact.timeZone).toBe('Europe/Lisbon');
  expect(lead({ country: '' }, otherwise).contact.timeZone).toBeUndefined();
  const ofObject = contact({ column: 'country', values: { PT: 'Europe/Lisbon' }, otherwise: 'Europe/London' });
  expect(lead({ country: 'constructor' }, ofObject).contact.timeZone).toBe('Europe/London');
});

test.each([
  ['no address', { email: '' }, /^email is empty$/],
  ['no address in it', { email: 'ana' }, /contact\.email: not an e-mail address/],
  ['a formula for a name', { name: '=cmd()' }, /^the name "=cmd\(\)" begins like a formula$/],
  ['a full-width formula for a name', { name: '\uff1d1' }, /begins like a formula/],
  ['a formula behind a tab', { name: '\t@x' }, /begins like a formula/],
  ['a formula for an address', { email: '+ana@example.test' }, /^the e-mail address .* begins like a formula$/],
  ['a NUL in the name', { name: 'A\0na' }, /contact\.name: contains NUL/],
  ['a name without end', { name: 'x'.repeat(201) }, /contact\.name/],
])('a row with %s is refused with its reason', (_, cells, problem) => {
  expect(() => lead(cells)).toThrow(
    expect.objectContaining({ code: 'VIV_ROW_INVALID', message: expect.stringMatching(problem) }),
  );
});

test('an attribute keeps text that looks like a formula', () => {
  expect(attributesOf({ note: '=1+1' }, { note: '{note}' })).toEqual({ note: '=1+1' });
});

test('times are read in the zone of the mapping; what has not happened yet is refused', () => {
  const at = { column: 'day', format: 'dd-MM-yyyy HH:mm', zone: 'Europe/London' };
  expect(lead({ day: '01-07-2025 10:03' }, { at }).at).toBe(Date.UTC(2025, 6, 1, 9, 3));
  expect(lead({ day: '30-03-2025 01:30' }, { at }).at).toBe(Date.UTC(2025, 2, 30, 1, 30)); // clocks go from 1:00 to 2:00
  expect(lead({ day: '2025-07-01T10:03:00-03:00' }, { at: { column: 'day' } }).at).toBe(Date.UTC(2025, 6, 1, 13, 3));
  expect(() => lead({ day: '31-02-2025 10:00' }, { at })).toThrow(/^day is "31-02-2025 10:00", no time like dd-MM/);
  expect(() => lead({ day: '01-01-2030 10:00' }, { at })).toThrow(/lies in the future/);
  expect(() => lead({ day: '01-01-1899 10:00' }, { at })).toThrow(/before the year 1900/);
});

test('consent is recorded only for rows that gave it', () => {
  const consent = {
    purpose: 'marketing',
    basis: 'consent',
    text: 'Yes.',
    when: { column: 'agreed', in: ['yes', 'y'] },
  };
  expect(lead({ agreed: 'y' }, { consent }).consent).toMatchObject({ granted: true });
  expect(lead({ agreed: 'no' }, { consent }).consent).toBeUndefined();
  expect(lead({ agreed: '' }, { consent }).consent).toBeUndefined();
});

test('the same content has the same key in any row of any file, other content another', () => {
  const key = (cells: { readonly [column: string]: string }, parts = {}, number = 1) =>
    lead(cells, parts, number).idempotencyKey;
  expect(key({ note: 'not mapped' }, {}, 5)).toBe(key({}));
  expect(key({ name: 'Bia' })).not.toBe(key({}));
  const attributes = { b: '{b}', a: '{a}' };
  const other = { a: '{a}', b: '{b}' };
  const cells = { a: '1', b: '2' };
  const withAttributes = (of: object) => key(cells, { contact: { email: '{email}', attributes: of } });
  expect(withAttributes(attributes)).toBe(withAttributes(other));
});

test('a declared key tells rows apart by its columns alone, and one import from another', () => {
  const key = (cells: { readonly [column: string]: string }, parts = {}) =>
    lead(cells, { key: ['id', 'year'], ...parts }).idempotencyKey;
  const first = key({ id: '1', year: '26' });
  expect(key({ id: '1', year: '26', name: 'Bia' })).toBe(first);
  expect(key({ id: '12', year: '6' })).not.toBe(first);
  expect(key({ id: '1', year: '26' }, { name: 'other' })).not.toBe(first);
  expect(() => key({ id: '', year: '26' })).toThrow('id is empty');
});

const LINE = { invoice: '536389', quantity: '6', price: '8.5', date: '01-12-2010 10:03', customer: '12431' };

test('a row becomes a line of a purchase or a return', () => {
  expect(toPurchaseLine(aRow(LINE), aPurchasesMap(), { now: MONDAY })).toEqual({
    reference: '536389',
    contact: { email: 'client-12431@example.test', locale: 'en', attributes: {} },
    amount: 51,
    isReturn: false,
    at: Date.UTC(2010, 11, 1, 10, 3),
  });
  const back = { ...LINE, invoice: 'C536390', quantity: '-2' };
  expect(toPurchaseLine(aRow(back), aPurchasesMap(), { now: MONDAY })).toMatchObject({ isReturn: true, amount: -17 });
  const late = Date.UTC(2010, 10, 1);
  expect(() => toPurchaseLine(aRow(LINE), aPurchasesMap(), { now: late })).toThrow(/future/);
  expect(() => toPurchaseLine(aRow({ ...LINE, price: '' }), aPurchasesMap(), { now: MONDAY + DAY })).toThrow(
    /^price is ""/,
  );
});

test('a row that is not meant says why', () => {
  expect(leftOutBecause(aRow({ ...LINE, customer: ' ' }), aPurchasesMap())).toBe('no customer');
  expect(leftOutBecause(aRow(LINE), aPurchasesMap())).toBeUndefined();
});
