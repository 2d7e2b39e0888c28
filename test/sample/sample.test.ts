import path from 'node:path';
import fc from 'fast-check';
import { loadForms } from '../../src/api/forms/load';
import { zoneSchema } from '../../src/domain/calendar/local-time';
import { sampleClients } from '../../src/sample/clients';
import { sampleLeads } from '../../src/sample/leads';
import { DAY, MONDAY } from '../support/builders';

const sample = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  seed: fc.nat(),
  now: fc.integer({ min: MONDAY - 900 * DAY, max: MONDAY + 900 * DAY }),
});
const share = <T>(all: readonly T[], test: (one: T) => boolean): number => all.filter(test).length / all.length;
const THOUSAND = { count: 1000, seed: 1, now: MONDAY };

test('the same seed gives the same people, also as a part of a larger sample', () => {
  fc.assert(
    fc.property(sample, (wanted) => {
      const larger = { ...wanted, count: wanted.count + 5 };
      expect(sampleLeads(larger).slice(0, wanted.count)).toEqual(sampleLeads(wanted));
      expect(sampleClients(larger).slice(0, wanted.count)).toEqual(sampleClients(wanted));
    }),
    { numRuns: 20 },
  );
});

test('another seed gives other people', () => {
  const emails = (seed: number) => sampleLeads({ ...THOUSAND, count: 50, seed }).map(({ contact }) => contact.email);
  expect(emails(1)).not.toEqual(emails(2));
});

test('every lead is valid: an address of its own, a real zone, interest within the last day', () => {
  fc.assert(
    fc.property(sample, (wanted) => {
      const leads = sampleLeads(wanted);
      expect(leads).toHaveLength(wanted.count);
      expect(new Set(leads.map(({ contact }) => contact.email)).size).toBe(wanted.count);
      expect(new Set(leads.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(wanted.count);
      for (const { at, contact, lead } of leads) {
        expect(at).toBeGreaterThanOrEqual(wanted.now - DAY);
        expect(at).toBeLessThan(wanted.now);
        expect(contact.email).toMatch(/^[a-z]+(\.[a-z]+)+\.\d+@example\.test$/);
        expect(zoneSchema.safeParse(contact.timeZone).success).toBe(true);
        expect(lead.offer).toBe('course');
      }
    }),
    { numRuns: 30 },
  );
});

test('a thousand leads are a believable mix', () => {
  const leads = sampleLeads(THOUSAND);
  expect(share(leads, ({ consent }) => consent === undefined)).toBeCloseTo(0.04, 1);
  expect(share(leads, ({ consent }) => consent === undefined)).toBeGreaterThan(0.02);
  expect(share(leads, ({ contact }) => contact.locale === 'pt-BR')).toBeCloseTo(0.62, 1);
  expect(share(leads, ({ contact }) => contact.name === undefined)).toBeLessThan(0.06);
  expect(new Set(leads.map(({ contact }) => contact.attributes?.country))).toEqual(new Set(['BR', 'US', 'GB', 'PL']));
  expect(new Set(leads.map(({ contact }) => contact.attributes?.role)).size).toBe(4);
});

test('whoever came by the form has agreed to its very words', () => {
  const text = loadForms(path.resolve(__dirname, '../../forms')).get('course')?.consent?.text;
  for (const { form, contact, consent } of sampleLeads(THOUSAND))
    if (form !== undefined || consent) expect(consent?.text).toBe(text?.[contact.locale ?? '']);
});

test('every client is quiet for 100 to 400 days after one to six purchases, each with a reference of its own', () => {
  fc.assert(
    fc.property(sample, (wanted) => {
      const clients = sampleClients(wanted);
      const references = clients.flatMap(({ purchases }) => purchases.map(({ reference }) => reference));
      expect(new Set(references).size).toBe(references.length);
      expect(new Set(clients.map(({ contact }) => contact.email)).size).toBe(wanted.count);
      for (const { purchases, consent } of clients) {
        const times = purchases.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(purchases.length).toBeGreaterThanOrEqual(1);
        expect(purchases.length).toBeLessThanOrEqual(6);
        const quietDays = (wanted.now - (times.at(-1) ?? 0)) / DAY;
        expect(quietDays).toBeGreaterThanOrEqual(100);
        expect(quietDays).toBeLessThanOrEqual(400);
        expect(consent).toMatchObject({ purpose: 'marketing', granted: true, at: times[0] });
        for (const { amount } of purchases) expect(Math.round(amount * 100)).toBeCloseTo(amount * 100, 6);
      }
    }),
    { numRuns: 30 },
  );
});

test('by the shipped rules most clients of a sample are inactive, and a few pre-inactive', () => {
  const quietDays = sampleClients(THOUSAND).map(({ purchases }) => (MONDAY - (purchases.at(-1)?.at ?? 0)) / DAY);
  expect(share(quietDays, (days) => days >= 120)).toBeGreaterThan(0.85);
  expect(share(quietDays, (days) => days < 120)).toBeGreaterThan(0.02);
});

test('leads and clients of one sample are different people', () => {
  const [leads, clients] = [sampleLeads(THOUSAND), sampleClients(THOUSAND)];
  const emails = [...leads, ...clients].map(({ contact }) => contact.email);
  expect(new Set(emails).size).toBe(2000);
});
