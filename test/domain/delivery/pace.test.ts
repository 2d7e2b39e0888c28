import fc from 'fast-check';
import { type RateRules, ratesSchema } from '../../../src/domain/delivery/account-limits';
import { NO_PACE, type Pace, paceOf, usedOf } from '../../../src/domain/delivery/pace';
import { dayAt } from '../../../src/domain/delivery/warm-up';
import { MONDAY } from '../../support/builders';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = 'America/Sao_Paulo';

interface Asking {
  readonly now?: number;
  readonly slot?: number | null;
  readonly isUrgent?: boolean;
}
const asking = (rates: RateRules) => {
  let pace: Pace = NO_PACE;
  return ({ now = MONDAY, slot = null, isUrgent = false }: Asking = {}) => {
    const answer = paceOf(pace, { rates, now, zone: ZONE, slot, isUrgent });
    pace = answer.pace;
    return answer.type === 'go' ? 'go' : (answer.until - MONDAY) / MINUTE;
  };
};

test('what is over its rate waits for the next window with room, one behind the other in its first half', () => {
  const ask = asking(ratesSchema.parse({ perHour: 2 }));
  expect(Array.from({ length: 7 }, () => ask())).toEqual(['go', 'go', 60, 75, 120, 135, 180]);
});

test('a window that is full by the hour is passed over by the minute', () => {
  const ask = asking(ratesSchema.parse({ perMinute: 2, perHour: 3 }));
  expect(Array.from({ length: 5 }, () => ask())).toEqual(['go', 'go', 1, 60, 60.25]);
});

test('days are counted by the clocks of the company', () => {
  const ask = asking(ratesSchema.parse({ perDay: 1 }));
  expect(ask()).toBe('go');
  expect(ask()).toBe(15 * 60); // midnight in São Paulo
  expect(dayAt(MONDAY + 15 * HOUR, ZONE)).toBe('2026-01-06');
});

test('whoever asks later is not before those who wait, and a slot that was promised is kept', () => {
  const ask = asking(ratesSchema.parse({ perHour: 1 }));
  expect([ask(), ask()]).toEqual(['go', 60]);
  expect(ask({ now: MONDAY + HOUR })).toBe(120);
  expect(ask({ now: MONDAY + HOUR, slot: MONDAY + HOUR })).toBe('go');
  expect(ask({ now: MONDAY + 1.5 * HOUR, slot: MONDAY + 2 * HOUR })).toBe(120); // it comes too early: the same slot
});

test('whoever is late for a slot gets another one', () => {
  const ask = asking(ratesSchema.parse({ perHour: 1 }));
  expect([ask(), ask()]).toEqual(['go', 60]);
  expect(ask({ now: MONDAY + 2 * HOUR, slot: MONDAY + HOUR })).toBe('go');
  expect(ask({ now: MONDAY + 2 * HOUR, slot: MONDAY + HOUR })).toBe(180);
});

test('a mail for which its recipient waits stands in no line, and goes over no rate', () => {
  const ask = asking(ratesSchema.parse({ perHour: 2 }));
  expect([ask(), ask(), ask(), ask(), ask()]).toEqual(['go', 'go', 60, 75, 120]);
  expect(ask({ isUrgent: true })).toBe(60);
  const now = MONDAY + HOUR;
  expect(ask({ now, isUrgent: true })).toBe('go');
  expect(ask({ now, slot: now })).toBe('go');
  expect(ask({ now: now + 15 * MINUTE, slot: now + 15 * MINUTE })).toBe(135); // its slot was taken: behind those who wait
});

test('a claim that comes a little late to a window that others have begun counts there', () => {
  const ask = asking(ratesSchema.parse({ perMinute: 2 }));
  expect(ask({ now: MONDAY + MINUTE })).toBe('go');
  expect(ask({ now: MONDAY + MINUTE - 1 })).toBe('go');
  expect(ask({ now: MONDAY + MINUTE })).toBe(2);
  expect(ask({ now: MONDAY - HOUR, isUrgent: true })).toBe('go'); // the clock was set back: an hour ago nothing was taken
});

test('what an account has used is told by the windows of now', () => {
  const rates = ratesSchema.parse({ perMinute: 5, perDay: 9 });
  const first = paceOf(NO_PACE, { rates, now: MONDAY, zone: ZONE, slot: null, isUrgent: false });
  expect(usedOf(first.pace, { rates, now: MONDAY, zone: ZONE })).toEqual({
    perMinute: { count: 1, most: 5 },
    perDay: { count: 1, most: 9 },
  });
  expect(usedOf(first.pace, { rates, now: MONDAY + MINUTE, zone: ZONE })).toMatchObject({
    perMinute: { count: 0 },
    perDay: { count: 1 },
  });
});

const someRates = fc.record(
  {
    perMinute: fc.integer({ min: 1, max: 3 }),
    perHour: fc.integer({ min: 1, max: 8 }),
    perDay: fc.integer({ min: 3, max: 20 }),
  },
  { requiredKeys: [] },
);
const mails = fc.array(
  fc.record({
    pauseMs: fc.oneof(fc.nat({ max: 2_000 }), fc.nat({ max: 2 * HOUR })),
    lateMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 3 * HOUR }) }),
    isUrgent: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
  }),
  { maxLength: 40 },
);

interface Coming {
  readonly at: number;
  readonly slot: number | null;
  readonly isUrgent: boolean;
  readonly lateMs: number;
}

/** When each mail goes: those who must wait come again when they are told to, once as late as they like. */
function played(rates: RateRules, all: readonly Coming[]): readonly number[] {
  let [pace, coming]: [Pace, readonly Coming[]] = [NO_PACE, all];
  const gone: number[] = [];
  for (let asked = 0; coming.length > 0; asked += 1) {
    expect(asked).toBeLessThan(2_000);
    const [next, ...others] = coming.toSorted((a, b) => a.at - b.at);
    if (!next) return gone;
    const { at: now, slot, isUrgent, lateMs } = next;
    const answer = paceOf(pace, { rates, now, zone: 'Asia/Kolkata', slot, isUrgent });
    pace = JSON.parse(JSON.stringify(answer.pace)); // as it is kept
    coming = others;
    if (answer.type === 'go') gone.push(now);
    else {
      expect(answer.until).toBeGreaterThan(now);
      // late once at most: whoever always comes too late never has a slot
      const again = { at: answer.until + lateMs, slot: answer.isPromised ? answer.until : null, isUrgent, lateMs: 0 };
      coming = [...others, again];
    }
  }
  return gone;
}

/** The fullest window of a kind. */
function mostIn(times: readonly number[], windowOf: (at: number) => string | number): number {
  const counts = new Map<string | number, number>();
  for (const at of times) counts.set(windowOf(at), (counts.get(windowOf(at)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

// INV-ACCOUNT-RATE
test('in whatever order mails come, and however late, no window takes more than its rate, and each mail goes in the end', () => {
  fc.assert(
    fc.property(someRates, mails, (declared, all) => {
      fc.pre(Object.keys(declared).length > 0);
      const rates = ratesSchema.parse(declared);
      let at = MONDAY;
      const gone = played(
        rates,
        all.map(({ pauseMs, ...mail }) => {
          at += pauseMs;
          return { ...mail, at, slot: null };
        }),
      );
      expect(gone).toHaveLength(all.length);
      const { perMinute = all.length, perHour = all.length, perDay = all.length } = rates;
      expect(mostIn(gone, (one) => Math.floor(one / MINUTE))).toBeLessThanOrEqual(perMinute);
      expect(mostIn(gone, (one) => Math.floor(one / HOUR))).toBeLessThanOrEqual(perHour);
      expect(mostIn(gone, (one) => dayAt(one, 'Asia/Kolkata'))).toBeLessThanOrEqual(perDay); // its midnight is no whole hour of UTC
    }),
  );
});
