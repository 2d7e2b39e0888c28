import fc from 'fast-check';
import { lifecycleSchema } from '../../../src/domain/client/rules';
import { type ClientStanding, recencyReason, statusAfterPurchase, statusAt } from '../../../src/domain/client/status';
import { sweepDay } from '../../../src/domain/client/sweep-day';
import type { ClientStatus } from '../../../src/domain/facts';
import { DAY, HOUR, MONDAY } from '../../support/builders';

const rules = lifecycleSchema.parse({
  preInactiveAfter: '60d',
  inactiveAfter: '120d',
  sweep: { at: '03:00', zone: 'America/Sao_Paulo', perDay: 100 },
});
const statuses = fc.constantFrom<ClientStatus>('active', 'pre_inactive', 'inactive', 'ended');
const instants = fc.integer({ min: -200, max: 200 }).map((days) => MONDAY + days * DAY);

describe('the status of a client', () => {
  it.each([
    [0, 'active'],
    [60 * DAY - 1, 'active'],
    [60 * DAY, 'pre_inactive'],
    [120 * DAY - 1, 'pre_inactive'],
    [120 * DAY, 'inactive'],
    [-DAY, 'active'],
  ])('%d ms after the last purchase is %s', (age, status) => {
    expect(statusAt(rules, { status: 'inactive', lastPurchaseAt: MONDAY - age }, MONDAY)).toBe(status);
  });

  it('stays ended whatever the recency, and stays as it is with no purchase on record', () => {
    expect(statusAt(rules, { status: 'ended', lastPurchaseAt: MONDAY }, MONDAY)).toBe('ended');
    expect(statusAt(rules, { status: 'pre_inactive', lastPurchaseAt: null }, MONDAY)).toBe('pre_inactive');
  });

  it('never becomes more active by waiting', () => {
    const order = ['active', 'pre_inactive', 'inactive'];
    fc.assert(
      fc.property(instants, instants, fc.nat(300), (lastPurchaseAt, now, days) => {
        const at = (when: number) => order.indexOf(statusAt(rules, { status: 'active', lastPurchaseAt }, when));
        expect(at(now + days * DAY)).toBeGreaterThanOrEqual(at(now));
      }),
    );
  });

  it('is told with the days since the last purchase', () => {
    expect(recencyReason(MONDAY - 130.9 * DAY, MONDAY)).toBe('130 days since the last purchase');
    expect(recencyReason(MONDAY - DAY, MONDAY)).toBe('1 day since the last purchase');
  });
});

describe('a purchase', () => {
  const quiet: ClientStanding = { status: 'inactive', statusAt: MONDAY - DAY, lastPurchaseAt: MONDAY - 121 * DAY };

  it('makes a stranger a client', () => {
    expect(statusAfterPurchase(rules, null, MONDAY)).toEqual({
      status: 'active',
      asOf: MONDAY,
      reason: 'the first purchase',
    });
  });

  it('brings a quiet client back', () => {
    expect(statusAfterPurchase(rules, quiet, MONDAY)).toEqual({
      status: 'active',
      asOf: MONDAY,
      reason: 'a purchase, 121 days after the one before',
    });
  });

  it('that is told late is judged as of the status it meets', () => {
    expect(statusAfterPurchase(rules, quiet, MONDAY - 20 * DAY)).toMatchObject({
      status: 'active',
      asOf: MONDAY - DAY,
    });
    expect(statusAfterPurchase(rules, quiet, MONDAY - 91 * DAY)).toEqual({
      status: 'pre_inactive',
      asOf: MONDAY - DAY,
      reason: '90 days since the last purchase',
    });
  });

  it('after the end of a contract begins anew, one from before it does not', () => {
    const ended = { ...quiet, status: 'ended' as const };
    expect(statusAfterPurchase(rules, ended, MONDAY).status).toBe('active');
    expect(statusAfterPurchase(rules, ended, MONDAY - 2 * DAY).status).toBe('ended');
  });

  it('older than the last one changes no status', () => {
    fc.assert(
      fc.property(statuses, instants, instants, fc.nat(300), (status, since, lastPurchaseAt, days) => {
        const client = { status, statusAt: since, lastPurchaseAt };
        expect(statusAfterPurchase(rules, client, lastPurchaseAt - days * DAY).status).toBe(status);
      }),
    );
  });
});

test('the day of a sweep is the local date in its zone', () => {
  expect(sweepDay(rules, Date.UTC(2026, 0, 6, 2, 59))).toBe('2026-01-05');
  expect(sweepDay(rules, Date.UTC(2026, 0, 6, 2, 59) + HOUR)).toBe('2026-01-06');
});
