import fc from 'fast-check';
import { hasLanes, laneOf, lanesOf, lanesToServe } from '../../../src/domain/delivery/lanes';
import { deliveryProblems } from '../../../src/domain/delivery/problems';
import { routed } from '../../../src/domain/delivery/route';
import { deliverySchema } from '../../../src/domain/delivery/rules';
import type { Move } from '../../../src/domain/journey/move';
import { definitionSchema } from '../../../src/domain/sequence/definition';

const rules = (parts: object) => deliverySchema.parse(parts);
const GOOGLE = { 'gmail.com': { perSecond: 10, also: ['googlemail.com'] } };

test('a domain of its own has a lane, and what it does not take of the provider is left to all others', () => {
  expect(lanesOf(rules({ provider: { perSecond: 50 }, domains: GOOGLE }))).toEqual([
    { name: 'mail', perSecond: 40 },
    { name: 'mail-gmail.com', perSecond: 10 },
  ]);
});

test.each([
  ['all others have a limit of their own', { domains: { ...GOOGLE, '*': { perSecond: 7 } } }, 7],
  ['nothing limits all others', { domains: GOOGLE }, null],
  ['only the provider has a limit', { provider: { perSecond: 0.5 } }, 0.5],
])('the common lane where %s', (_, parts, perSecond) => {
  expect(lanesOf(rules(parts))[0]).toEqual({ name: 'mail', perSecond });
});

test('a lane knows how many of its mails may be on their way at once', () => {
  const atOnce = rules({ domains: { 'gmail.com': { perSecond: 9, atOnce: 2 }, '*': { perSecond: 5, atOnce: 7 } } });
  expect(lanesToServe(atOnce, []).map((lane) => lane.atOnce)).toEqual([7, 2]);
});

test('accounts alone make no lanes', () => {
  const accounts = { main: { urlEnv: 'VIVEIRO_SMTP_URL_MAIN' } };
  expect(hasLanes(rules({ accounts }))).toBe(false);
  expect(lanesToServe(rules({ accounts }), [])).toEqual([]);
  expect([{ provider: { perSecond: 1 } }, { shares: { a: 2 } }].map((parts) => hasLanes(rules(parts)))).toEqual([
    true,
    true,
  ]);
});

test('an address is in the lane of its domain, by any of its names, in any case', () => {
  const delivery = rules({ domains: GOOGLE });
  const lanes = ['Ana@GMail.com', 'a@googlemail.com', 'a@notgmail.com', '"a@gmail.com"@example.test'];
  expect(lanes.map((email) => laneOf(delivery, email))).toEqual(['mail-gmail.com', 'mail-gmail.com', 'mail', 'mail']);
});

test('a lane that is no longer declared shares the limit of the common one while mails wait in it', () => {
  const delivery = rules({ provider: { perSecond: 50 }, domains: GOOGLE });
  expect(lanesToServe(delivery, ['mail-gmail.com', 'mail-old.test', 'mail'])).toEqual([
    { name: 'mail', perSecond: 20 },
    { name: 'mail-gmail.com', perSecond: 10 },
    { name: 'mail-old.test', perSecond: 20 },
  ]);
  expect(lanesToServe(undefined, ['mail'])).toEqual([{ name: 'mail', perSecond: null }]);
});

// INV-LANES
test('whatever valid rules say, the lanes together never exceed the provider', () => {
  const rate = fc.integer({ min: 1, max: 40 });
  const domains = fc.dictionary(fc.constantFrom('a.test', 'b.test', '*'), fc.record({ perSecond: rate }));
  const used = fc.uniqueArray(fc.constantFrom('mail', 'mail-a.test', 'mail-gone.test', 'mail-old.test'));
  fc.assert(
    fc.property(rate, domains, used, (perSecond, given, inUse) => {
      const delivery = rules({ provider: { perSecond }, domains: { ...given } });
      if (deliveryProblems(delivery).length > 0) return;
      const rates = lanesToServe(delivery, inUse).map((lane) => lane.perSecond ?? Number.POSITIVE_INFINITY);
      expect(rates.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(perSecond + 1e-9);
      expect(Math.min(...rates)).toBeGreaterThan(0);
    }),
  );
});

test.each([
  ['no limit at all', { shares: { a: 2 } }, []],
  ['domains that take more than the provider gives', { provider: { perSecond: 5 }, domains: GOOGLE }, ['domains']],
  ['domains that leave nothing to others', { provider: { perSecond: 10 }, domains: GOOGLE }, ['domains']],
  [
    'a domain in two lanes',
    { domains: { ...GOOGLE, 'googlemail.com': { perSecond: 1 } } },
    ['domains', 'googlemail.com'],
  ],
  [
    'purposes that no account sends',
    { accounts: { receipts: { urlEnv: 'VIVEIRO_SMTP_URL_A', purposes: ['transactional'] } } },
    ['accounts'],
  ],
  [
    'a signature of another domain',
    {
      accounts: {
        a: { urlEnv: 'VIVEIRO_SMTP_URL_A', from: 'a@viva.example', dkim: { domain: 'other.example', selector: 's' } },
      },
    },
    ['accounts', 'a', 'dkim', 'domain'],
  ],
  [
    'a plan that falls',
    { accounts: { a: { urlEnv: 'VIVEIRO_SMTP_URL_A', warmUp: { from: '2026-01-05', perDay: [5, 9, 8] } } } },
    ['accounts', 'a', 'warmUp', 'perDay', 2],
  ],
])('%s is a problem, told at its place', (_, parts, path) => {
  expect(deliveryProblems(rules(parts)).map((problem) => problem.path)).toEqual([path]);
});

describe('the route of a mail', () => {
  const definition = definitionSchema.parse({
    sequence: 'course',
    title: 'Course',
    audience: 'lead',
    enter: {},
    steps: [
      { id: 'hello', type: 'mail', template: 'hello' },
      { id: 'receipt', type: 'mail', template: 'receipt', purpose: 'transactional' },
      { id: 'done', type: 'end' },
    ],
  });
  const facts = { contact: { email: 'ana@gmail.com' } } as Parameters<typeof routed>[1]['facts']; // all that it looks at
  const mail = (stepId: string): Move => ({ type: 'perform', stepId, effect: { type: 'mail', key: 'k' } });
  const delivery = rules({ domains: GOOGLE, shares: { course: 3 }, priority: { transactional: 1 } });

  test.each([
    ['hello', 3],
    ['receipt', 1],
  ])('of %s has the lane, the priority of its purpose, and the share of its sequence', (stepId, priority) => {
    const route = { lane: 'mail-gmail.com', priority, sequence: 'course', share: 3 };
    expect(routed(mail(stepId), { definition, rules: { delivery }, facts })).toEqual({
      type: 'perform',
      stepId,
      effect: { type: 'mail', key: 'k', route },
    });
  });

  test('is absent where no limits are declared, and from all that is no mail', () => {
    const handoff: Move = { type: 'perform', stepId: 'x', effect: { type: 'handoff', key: 'k' } };
    expect(routed(mail('hello'), { definition, rules: {}, facts })).toEqual(mail('hello'));
    expect(routed(handoff, { definition, rules: { delivery }, facts })).toEqual(handoff);
  });
});
