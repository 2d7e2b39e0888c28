import fc from 'fast-check';
import { type GateFacts, gate, heldBy } from '../../../src/domain/gate/gate';
import { type GateRules, gateSchema } from '../../../src/domain/gate/rules';
import type { Instant } from '../../../src/domain/ids';
import { DAY, HOUR, MONDAY } from '../../support/builders';

const rulesOf = (parts: object): GateRules => gateSchema.parse({ consentFor: [], ...parts });
const facts = (parts: Partial<GateFacts> = {}): GateFacts => ({
  purpose: 'marketing',
  consent: null,
  suppression: null,
  mailedAt: [],
  zone: 'America/Sao_Paulo',
  ...parts,
});
const iso = (text: string) => Date.parse(text);

describe('a cap with kept places', () => {
  const rules = rulesOf({
    caps: [{ purpose: 'marketing', most: 3, within: '7d', kept: { places: 1, priority: 50 } }],
  });
  const mailedAt = [MONDAY - DAY, MONDAY - 2 * DAY];

  it('lets mails of lower priority take the others only, and says so', () => {
    expect(gate(rules, facts({ mailedAt, priority: 49 }), MONDAY)).toEqual({
      type: 'defer',
      until: MONDAY + 5 * DAY,
      reason: '2 of at most 3 marketing mails within 7d, and 1 of them is kept for priority 50 and above',
    });
    expect(gate(rules, facts({ mailedAt, priority: 50 }), MONDAY).type).toBe('send');
  });

  it('is no more for anybody when it is full', () => {
    const full = [...mailedAt, MONDAY - 3 * DAY];
    expect(gate(rules, facts({ mailedAt: full, priority: 50 }), MONDAY)).toMatchObject({
      reason: '3 of at most 3 marketing mails within 7d',
    });
  });
});

test('a cap over several purposes counts their mails together', () => {
  const rules = rulesOf({ caps: [{ purposes: ['marketing', 'newsletter'], most: 2, within: '2d' }] });
  const mailedElse = [{ purpose: 'newsletter', at: MONDAY - HOUR }];
  const mailedAt = [MONDAY - DAY];
  expect(gate(rules, facts({ mailedAt, mailedElse }), MONDAY)).toEqual({
    type: 'defer',
    until: MONDAY + DAY,
    reason: '2 of at most 2 marketing and newsletter mails within 2d',
  });
  expect(gate(rules, facts({ purpose: 'receipts', mailedAt, mailedElse }), MONDAY).type).toBe('send');
});

describe('days without mail', () => {
  const days = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], except: ['12-25'], purposes: ['marketing'] };
  const quietHours = { from: '21:00', to: '08:00', purposes: ['marketing'] };

  it('are those of the contact’s zone: the mail waits for the next day with mail, after its night', () => {
    const saturday = iso('2026-01-10T15:00Z');
    expect(gate(rulesOf({ sendDays: days, quietHours }), facts(), saturday)).toEqual({
      type: 'defer',
      until: iso('2026-01-12T11:00Z'),
      reason: [
        'no mail on a Saturday in America/Sao_Paulo',
        'no mail on a Sunday in America/Sao_Paulo',
        'quiet hours from 21:00 to 08:00 in America/Sao_Paulo',
      ].join(', then '),
    });
    const stillFriday = iso('2026-01-10T02:00Z'); // 23:00 on Friday in São Paulo, Saturday in Tokyo
    expect(gate(rulesOf({ sendDays: days }), facts(), stillFriday).type).toBe('send');
    expect(gate(rulesOf({ sendDays: days }), facts({ zone: 'Asia/Tokyo' }), stillFriday).type).toBe('defer');
  });

  it('may be dates of every year', () => {
    expect(gate(rulesOf({ sendDays: days }), facts(), iso('2026-12-25T12:00Z'))).toEqual({
      type: 'defer',
      until: iso('2026-12-28T03:00Z'),
      reason: [
        '2026-12-25 is no day for mail in America/Sao_Paulo',
        'no mail on a Saturday in America/Sao_Paulo',
        'no mail on a Sunday in America/Sao_Paulo',
      ].join(', then '),
    });
  });

  it('drop the mail where the rules let it not wait, and so may the night', () => {
    const skip = { otherwise: 'skip' };
    const reason = 'no mail on a Saturday in America/Sao_Paulo, and the rules let such a mail not wait';
    const saturday = iso('2026-01-10T15:00Z');
    expect(gate(rulesOf({ sendDays: { ...days, ...skip } }), facts(), saturday)).toEqual({ type: 'skip', reason });
    const night = gate(rulesOf({ quietHours: { ...quietHours, ...skip } }), facts(), iso('2026-01-06T04:00Z'));
    expect(night).toMatchObject({ type: 'skip' });
  });

  it('that leave no day at all drop the mail', () => {
    const every = Array.from({ length: 7 }, (_, index) => `2026-01-${String(5 + 7 * index).padStart(2, '0')}`);
    const none = rulesOf({ sendDays: { days: ['mon'], except: every.slice(0, 3), purposes: ['marketing'] } });
    expect(gate(none, facts(), MONDAY)).toMatchObject({ type: 'defer', until: iso('2026-01-26T03:00Z') });
  });
});

describe('the gap between mails', () => {
  const rules = rulesOf({ gap: { atLeast: '4h', purposes: ['marketing', 'newsletter'] } });
  const rival = { purpose: 'newsletter', priority: 10, dueAt: MONDAY - HOUR, sequence: 'news' };

  it('counts from the last mail of any of its purposes', () => {
    const mailedElse = [{ purpose: 'newsletter', at: MONDAY - HOUR }];
    expect(gate(rules, facts({ mailedElse }), MONDAY)).toEqual({
      type: 'defer',
      until: MONDAY + 3 * HOUR,
      reason: 'the last mail went out less than 4h ago',
    });
    expect(gate(rules, facts({ purpose: 'receipts', mailedElse }), MONDAY).type).toBe('send');
  });

  it('lets the mail of higher priority go first of two that are due', () => {
    expect(gate(rules, facts({ rivals: [rival], priority: 5 }), MONDAY)).toEqual({
      type: 'defer',
      until: MONDAY + 4 * HOUR,
      reason: 'a mail of news is due too, and its priority 10 is above 5: it goes first',
    });
    expect(gate(rules, facts({ rivals: [rival], priority: 10 }), MONDAY).type).toBe('send');
  });

  it('gives way for one gap and no longer: what never goes holds up nobody', () => {
    const stuck = { ...rival, dueAt: MONDAY - 4 * HOUR };
    expect(gate(rules, facts({ rivals: [stuck] }), MONDAY).type).toBe('send');
  });
});

describe('the sunset', () => {
  const sunset = { purposes: ['marketing'], mails: 12, after: '180d', lastCall: 'last-call' };
  const rules = rulesOf({ sunset });
  const heard = (mails: number, days: number, lastCallAt: Instant | null = null) => ({
    mails,
    since: MONDAY - days * DAY,
    lastCallAt,
  });

  it('stops mails after so many without a sign of interest, or so long', () => {
    expect(gate(rules, facts({ engagement: heard(11, 179) }), MONDAY).type).toBe('send');
    expect(gate(rules, facts({ engagement: heard(12, 40) }), MONDAY)).toEqual({
      type: 'skip',
      reason:
        'no sign of interest in 12 mails since 2025-11-26 (12 are allowed): no more marketing mail until there is one',
    });
    expect(gate(rules, facts({ engagement: heard(3, 180) }), MONDAY)).toEqual({
      type: 'skip',
      reason:
        'no sign of interest since the mail of 2025-07-09, 180d or longer ago: no more marketing mail until there is one',
    });
    expect(gate(rules, facts({ purpose: 'receipts', engagement: heard(50, 400) }), MONDAY).type).toBe('send');
  });

  it('has one last call', () => {
    const last = (lastCallAt: Instant | null) =>
      gate(rules, facts({ purpose: 'last-call', engagement: heard(12, 40, lastCallAt) }), MONDAY);
    expect(last(null).type).toBe('send');
    expect(last(MONDAY - DAY)).toEqual({
      type: 'skip',
      reason:
        'no sign of interest in 12 mails since 2025-11-26 (12 are allowed), and the last call went out on 2026-01-04',
    });
  });
});

test('of what holds a mail, whoever counts is told the first', () => {
  const rules = rulesOf({
    caps: [{ purpose: 'marketing', most: 1, within: '1h' }],
    gap: { atLeast: '4h', purposes: ['marketing'] },
    sendDays: { days: ['tue'], purposes: ['marketing'] },
  });
  expect(heldBy(rules, facts({ mailedAt: [MONDAY - 1] }), MONDAY)).toBe('gap');
  expect(heldBy(rules, facts(), MONDAY)).toBe('send-days');
});

describe('with every rule at once', () => {
  const PURPOSES = ['marketing', 'newsletter', 'last-call'];
  const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const EDGES = [
    Date.UTC(2026, 2, 29, 1),
    Date.UTC(2026, 9, 25, 1),
    Date.UTC(2018, 10, 4, 3),
    Date.UTC(2018, 1, 18, 2),
  ];
  const instant = fc
    .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -3 * DAY, max: 3 * DAY }))
    .map(([edge, offset]) => edge + offset);
  const few = (all: readonly string[]) => fc.subarray([...all], { minLength: 1 });
  const rules: fc.Arbitrary<GateRules> = fc
    .record(
      {
        caps: fc.array(
          fc.record({
            purposes: few(PURPOSES),
            most: fc.integer({ min: 2, max: 4 }),
            within: fc.constantFrom('6h', '1d', '3d'),
            kept: fc.option(fc.constant({ places: 1, priority: 5 }), { nil: undefined }),
          }),
          { maxLength: 2 },
        ),
        quietHours: fc.record({
          from: fc.constantFrom('21:00', '02:30'),
          to: fc.constantFrom('08:00', '02:15'),
          purposes: few(PURPOSES),
          otherwise: fc.constantFrom('wait', 'skip'),
        }),
        sendDays: fc.record({
          days: few(WEEKDAYS),
          purposes: few(PURPOSES),
          otherwise: fc.constantFrom('wait', 'skip'),
        }),
        gap: fc.record({ atLeast: fc.constantFrom('1h', '5h', '2d'), purposes: few(PURPOSES) }),
        sunset: fc.record({ purposes: fc.constant(['marketing']), mails: fc.integer({ min: 1, max: 6 }) }),
      },
      { requiredKeys: ['caps'] },
    )
    .map((parts) => rulesOf(parts));
  const mail = fc.record({
    purpose: fc.constantFrom(...PURPOSES),
    priority: fc.integer({ min: 0, max: 9 }),
    wait: fc.integer({ min: 0, max: 9 * HOUR }),
  });
  const zone = fc.constantFrom('Europe/Warsaw', 'America/Sao_Paulo', 'UTC');
  const asked: fc.Arbitrary<GateFacts> = fc
    .record({
      purpose: fc.constantFrom(...PURPOSES),
      priority: fc.integer({ min: 0, max: 9 }),
      mailedAt: fc.array(instant, { maxLength: 4 }),
      zone,
      rival: fc.record({
        purpose: fc.constantFrom(...PURPOSES),
        priority: fc.integer({ min: 0, max: 9 }),
        dueAt: instant,
      }),
    })
    .map(({ rival, ...rest }) => facts({ ...rest, rivals: [{ ...rival, sequence: 'other' }] }));

  it('a deferral lies ahead, and when it is over nothing stands in the way', () => {
    fc.assert(
      fc.property(rules, asked, instant, (rule, fact, now) => {
        const happened = [...fact.mailedAt, ...(fact.rivals ?? []).map(({ dueAt }) => dueAt)];
        fc.pre(happened.every((at) => at <= now));
        const verdict = gate(rule, fact, now);
        fc.pre(verdict.type === 'defer');
        expect(verdict.until).toBeGreaterThan(now);
        expect(gate(rule, fact, verdict.until).type).toBe('send');
      }),
      { numRuns: 300 },
    );
  });

  interface Asking {
    readonly rule: GateRules;
    readonly where: string;
    readonly start: Instant;
  }

  /** The mails that the gate lets go, each asked for so long after the one before. */
  function sentBy(
    { rule, where, start }: Asking,
    mails: readonly { purpose: string; priority: number; wait: number }[],
  ) {
    const sent: { readonly purpose: string; readonly at: Instant }[] = [];
    let now = start;
    for (const { purpose, priority, wait } of mails) {
      now += wait;
      const mailedAt = sent.filter((one) => one.purpose === purpose).map(({ at }) => at);
      const mailedElse = sent.filter((one) => one.purpose !== purpose);
      const asked = facts({ purpose, priority, zone: where, mailedAt, mailedElse });
      if (gate(rule, asked, now).type === 'send') sent.push({ purpose, at: now });
    }
    return sent;
  }

  // INV-ONE-MAIL-AT-A-TIME
  it('two mails of the purposes of the gap are never closer than it, nor on a day without mail', () => {
    fc.assert(
      fc.property(rules, zone, instant, fc.array(mail, { maxLength: 30 }), (rule, where, start, mails) => {
        const sent = sentBy({ rule, where, start }, mails);
        const { gap = { atLeast: 0, purposes: [] }, sendDays = { days: WEEKDAYS, purposes: PURPOSES } } = rule;
        const apart = sent.filter(({ purpose }) => gap.purposes.includes(purpose)).map(({ at }) => at);
        const gaps = apart.slice(1).map((at, index) => at - (apart[index] ?? 0));
        expect(Math.min(gap.atLeast, ...gaps)).toBe(gap.atLeast);
        const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: where, weekday: 'short' });
        const bound = sent.filter(({ purpose }) => sendDays.purposes.includes(purpose));
        for (const { at } of bound) expect(sendDays.days).toContain(weekday.format(at).toLowerCase());
      }),
      { numRuns: 500 },
    );
  });

  // INV-SUNSET
  it('whoever shows no interest gets no more mails than the sunset allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), (most, tries) => {
        const rule = rulesOf({ sunset: { purposes: ['marketing'], mails: most } });
        const sent: Instant[] = [];
        for (let now = MONDAY; now < MONDAY + tries * DAY; now += DAY) {
          const engagement = { mails: sent.length, since: sent[0] ?? null, lastCallAt: null };
          if (gate(rule, facts({ engagement }), now).type === 'send') sent.push(now);
        }
        expect(sent).toHaveLength(Math.min(most, tries));
      }),
      { numRuns: 100 },
    );
  });
});
