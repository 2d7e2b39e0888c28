import { type GateFacts, gate } from '../../../src/domain/gate/gate';
import { gateSchema } from '../../../src/domain/gate/rules';
import { DAY, HOUR, MONDAY } from '../../support/builders';

const rules = gateSchema.parse({
  consentFor: ['marketing'],
  caps: [
    { purpose: 'marketing', most: 2, within: '7d' },
    { purpose: 'marketing', most: 1, within: '1d' },
  ],
  quietHours: { from: '21:00', to: '08:00', purposes: ['marketing'] },
});
const consent = { granted: true, source: 'form', at: MONDAY - DAY };
const facts = (parts: Partial<GateFacts> = {}): GateFacts => ({
  purpose: 'marketing',
  consent,
  suppression: null,
  mailedAt: [],
  zone: 'America/Sao_Paulo',
  ...parts,
});

test('a mail with consent, in the daytime, below the cap, is sent, and the reason names the consent', () => {
  expect(gate(rules, facts(), MONDAY)).toEqual({
    type: 'send',
    reason: 'consent to marketing mail since 2026-01-04 (form)',
  });
});

test('a suppressed address ends the journey, whatever the purpose', () => {
  const suppression = { reason: 'hard_bounce', at: MONDAY - DAY };
  const reason = 'the address is suppressed since 2026-01-04: hard_bounce';
  expect(gate(rules, facts({ suppression }), MONDAY)).toEqual({ type: 'exit', reason });
  expect(gate(rules, facts({ suppression, purpose: 'transactional' }), MONDAY)).toEqual({ type: 'exit', reason });
});

test('without a consent the mail is skipped, if its purpose needs one', () => {
  expect(gate(rules, facts({ consent: null }), MONDAY)).toEqual({
    type: 'skip',
    reason: 'there is no consent to marketing mail on record',
  });
  expect(gate(rules, facts({ consent: null, purpose: 'transactional' }), MONDAY)).toEqual({
    type: 'send',
    reason: 'transactional mail needs no consent',
  });
});

test('a withdrawn consent ends the journey, also for a purpose that needs none', () => {
  const withdrawn = { ...consent, granted: false };
  for (const purpose of ['marketing', 'news'])
    expect(gate(rules, facts({ consent: withdrawn, purpose }), MONDAY)).toEqual({
      type: 'exit',
      reason: `consent to ${purpose} mail was withdrawn on 2026-01-04`,
    });
});

test('over the cap a mail waits until the mail that must go has fallen out of the longest full window', () => {
  const mailedAt = [MONDAY - HOUR, MONDAY - 3 * DAY, MONDAY - 6 * DAY];
  expect(gate(rules, facts({ mailedAt }), MONDAY)).toEqual({
    type: 'defer',
    until: MONDAY + 4 * DAY,
    reason: '3 of at most 2 marketing mails within 7d',
  });
  expect(gate(rules, facts({ mailedAt, purpose: 'transactional' }), MONDAY).type).toBe('send');
});

test('a mail counts for exactly as long as its window', () => {
  expect(gate(rules, facts({ mailedAt: [MONDAY - DAY + 1] }), MONDAY)).toMatchObject({ until: MONDAY + 1 });
  expect(gate(rules, facts({ mailedAt: [MONDAY - DAY] }), MONDAY).type).toBe('send');
});

test('at night a mail waits for the morning where the contact lives', () => {
  const night = Date.UTC(2026, 0, 6, 0); // 21:00 in São Paulo
  expect(gate(rules, facts(), night - 1).type).toBe('send');
  expect(gate(rules, facts(), night)).toEqual({
    type: 'defer',
    until: Date.UTC(2026, 0, 6, 11),
    reason: 'quiet hours from 21:00 to 08:00 in America/Sao_Paulo',
  });
  expect(gate(rules, facts(), Date.UTC(2026, 0, 6, 11)).type).toBe('send');
  expect(gate(rules, facts({ zone: 'Asia/Tokyo' }), night).type).toBe('send');
});

test('room that opens at night is waited for until the morning, in one go', () => {
  const mailedAt = [Date.UTC(2026, 0, 5, 4)]; // room at 01:00 in São Paulo
  expect(gate(rules, facts({ mailedAt }), MONDAY)).toEqual({
    type: 'defer',
    until: Date.UTC(2026, 0, 6, 11),
    reason: '1 of at most 1 marketing mails within 1d, then quiet hours from 21:00 to 08:00 in America/Sao_Paulo',
  });
});

test('in a zone that nobody knows nothing is sent that has quiet hours', () => {
  expect(gate(rules, facts({ zone: 'Mars/Olympus' }), MONDAY)).toMatchObject({ type: 'skip' });
  expect(gate(rules, facts({ zone: 'Mars/Olympus', purpose: 'transactional' }), MONDAY).type).toBe('send');
});

test('a suppression of all marketing, or of one purpose, forbids that and nothing else', () => {
  const suppression = { reason: 'unsubscribed', at: MONDAY - DAY, scope: 'marketing' };
  expect(gate(rules, facts({ suppression }), MONDAY)).toEqual({
    type: 'exit',
    reason: 'the address is suppressed for all marketing since 2026-01-04: unsubscribed',
  });
  expect(gate(rules, facts({ suppression, purpose: 'transactional' }), MONDAY).type).toBe('send');
  const ofOne = { ...suppression, scope: 'purpose:marketing' };
  expect(gate(rules, facts({ suppression: ofOne }), MONDAY)).toEqual({
    type: 'exit',
    reason: 'the address is suppressed for marketing mail since 2026-01-04: unsubscribed',
  });
  expect(gate(rules, facts({ suppression: ofOne, purpose: 'newsletter' }), MONDAY).type).toBe('send');
});

test('until a double opt-in is confirmed the mail waits for it, and after its time it is skipped', () => {
  const asked = { granted: false, source: 'form', at: MONDAY - DAY, until: MONDAY + DAY };
  expect(gate(rules, facts({ consent: asked }), MONDAY)).toEqual({
    type: 'defer',
    until: MONDAY + DAY,
    reason: 'double opt-in to marketing mail was asked for on 2026-01-04 and is not confirmed yet',
    wakesOn: ['consent.given'],
  });
  expect(gate(rules, facts({ consent: asked }), MONDAY + DAY)).toEqual({
    type: 'skip',
    reason: 'double opt-in to marketing mail was asked for on 2026-01-04 and not confirmed by 2026-01-06',
  });
});

describe('similar products', () => {
  const soft = gateSchema.parse({ consentFor: ['marketing'], softOptIn: { within: '30d' } });
  const of = (client: GateFacts['client'], parts: Partial<GateFacts> = {}) =>
    gate(soft, facts({ purpose: 'similar_products', consent: null, client, ...parts }), MONDAY);
  const bought = { status: 'active', lastPurchaseAt: MONDAY - DAY } as const;

  it('are for clients without a consent, and the reason says by what right', () => {
    expect(of(bought)).toEqual({
      type: 'send',
      reason:
        'soft opt-in of a client, who bought on 2026-01-04: similar products alone, and each mail offers to stop them',
    });
  });

  it.each<readonly [string, GateFacts['client'], string]>([
    ['nobody who has not bought', null, 'no purchase is on record, and no consent'],
    ['nobody of whom that is not known', undefined, 'no purchase is on record, and no consent'],
    ['nobody whose contract has ended', { ...bought, status: 'ended' }, 'the contract has ended'],
    [
      'nobody who bought too long ago',
      { ...bought, lastPurchaseAt: MONDAY - 30 * DAY },
      'the last purchase was on 2025-12-06, longer ago than 30d',
    ],
  ])('are for %s', (_whom, client, why) => {
    expect(of(client)).toEqual({ type: 'skip', reason: `similar_products mail is for clients alone: ${why}` });
  });

  it('are for nobody who has said no, and for whoever has said yes', () => {
    expect(of(bought, { consent: { ...consent, granted: false } }).type).toBe('exit');
    expect(of(null, { consent }).type).toBe('send');
  });
});
