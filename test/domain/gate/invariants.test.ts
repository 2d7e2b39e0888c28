import fc from 'fast-check';
import { type GateFacts, gate } from '../../../src/domain/gate/gate';
import { type GateRules, gateSchema } from '../../../src/domain/gate/rules';
import type { Instant } from '../../../src/domain/ids';
import { DAY, HOUR } from '../../support/builders';

/** Clocks change: Warsaw in spring and autumn, São Paulo over midnight, Lord Howe by half an hour. */
const EDGES = [
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2018, 10, 4, 3),
  Date.UTC(2018, 1, 18, 2),
  Date.UTC(2026, 3, 4, 15),
];
const ZONES = ['Europe/Warsaw', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
const PURPOSES = ['marketing', 'newsletter', 'transactional'];

const two = (n: number) => String(n).padStart(2, '0');
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([h, m]) => `${two(h)}:${two(m)}`);
const instant = fc
  .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -3 * DAY, max: 3 * DAY }))
  .map(([edge, offset]) => edge + offset);
const cap = fc.record({
  purpose: fc.constantFrom(...PURPOSES),
  most: fc.integer({ min: 1, max: 3 }),
  within: fc.constantFrom('1h', '6h', '1d', '3d'),
});
const rules: fc.Arbitrary<GateRules> = fc
  .record(
    {
      consentFor: fc.subarray(PURPOSES),
      caps: fc.array(cap, { maxLength: 3 }),
      quietHours: fc.record({ from: time, to: time, purposes: fc.subarray(PURPOSES) }),
    },
    { requiredKeys: ['consentFor', 'caps'] },
  )
  .map((input) => gateSchema.parse(input));
const facts: fc.Arbitrary<GateFacts> = fc.record({
  purpose: fc.constantFrom(...PURPOSES),
  consent: fc.option(fc.record({ granted: fc.boolean(), source: fc.constant('form'), at: instant })),
  suppression: fc.option(fc.record({ reason: fc.constant('manual'), at: instant }), { freq: 5 }),
  mailedAt: fc.array(instant, { maxLength: 6 }),
  zone: fc.constantFrom(...ZONES),
});
const RUNS = { numRuns: 1_000 };

/** The time on the wall, by another library than the gate's. */
const wallTime = (at: Instant, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);

function isAtNight({ quietHours }: GateRules, { purpose, zone }: GateFacts, at: Instant): boolean {
  if (!quietHours?.purposes.includes(purpose)) return false;
  const { from, to } = quietHours;
  const shown = wallTime(at, zone);
  return from <= to ? from <= shown && shown < to : shown >= from || shown < to;
}

// INV-NO-MAIL-AT-NIGHT
test('no mail is sent in the quiet hours of its purpose', () => {
  fc.assert(
    fc.property(rules, facts, instant, (rule, fact, now) => {
      fc.pre(gate(rule, fact, now).type === 'send');
      expect(isAtNight(rule, fact, now)).toBe(false);
    }),
    RUNS,
  );
});

// INV-NO-MAIL-UNWANTED
test('no mail is sent to a suppressed address, without a needed consent, or after a withdrawal', () => {
  fc.assert(
    fc.property(rules, facts, instant, (rule, fact, now) => {
      const { suppression, consent, purpose } = fact;
      const isBarred = suppression !== null || (consent ? !consent.granted : rule.consentFor.includes(purpose));
      const { type } = gate(rule, fact, now);
      expect(isBarred).toBe(type === 'exit' || type === 'skip');
    }),
    RUNS,
  );
});

// INV-CAPS
test('however often it is asked, no window ever holds more mails than its cap', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 8 * HOUR }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rules, facts, instant, steps, (rule, fact, start, waits) => {
      const sent: Instant[] = [];
      let now = start;
      for (const wait of waits) {
        now += wait;
        if (gate(rule, { ...fact, mailedAt: sent }, now).type === 'send') sent.push(now);
      }
      for (const { purpose, most, within } of rule.caps) {
        if (purpose !== fact.purpose) continue;
        const inWindow = sent.map((end) => sent.filter((at) => at > end - within && at <= end).length);
        expect(Math.max(0, ...inWindow)).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test('a deferral lies ahead, and when it is over nothing defers again', () => {
  fc.assert(
    fc.property(rules, facts, instant, (rule, fact, now) => {
      const verdict = gate(rule, fact, now);
      fc.pre(verdict.type === 'defer');
      expect(verdict.until).toBeGreaterThan(now);
      expect(gate(rule, fact, verdict.until).type).toBe('send');
    }),
    RUNS,
  );
});
