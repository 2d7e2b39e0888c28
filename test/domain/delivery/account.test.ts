import fc from 'fast-check';
import { accountKey, chooseAccount, servingAccounts } from '../../../src/domain/delivery/account';
import { type AccountQuestion, type Kept, UNTRIED } from '../../../src/domain/delivery/account-question';
import { accountsSchema, senderDomain } from '../../../src/domain/delivery/account-rules';
import { type AccountHealth, HEALTHY, putOut } from '../../../src/domain/delivery/health';
import { isAligned } from '../../../src/domain/delivery/mail-domain';
import { deliverySchema } from '../../../src/domain/delivery/rules';
import { dayAt, mostOn, placeKey } from '../../../src/domain/delivery/warm-up';
import { DAY, HOUR, MONDAY } from '../../support/builders';

const ZONE = 'America/Sao_Paulo';
const account = (name: string, parts: object = {}) => ({
  [name]: { urlEnv: `VIVEIRO_SMTP_URL_${name.toUpperCase()}`, ...parts },
});
const accounts = (...all: readonly object[]) => accountsSchema.parse(Object.assign({}, ...all));

const ask = (parts: Partial<AccountQuestion> & Pick<AccountQuestion, 'accounts'>) =>
  chooseAccount({
    purpose: 'marketing',
    key: 'ana@example.test',
    kept: null,
    taken: new Map(),
    sendId: 's1',
    standings: new Map(),
    now: MONDAY,
    zone: ZONE,
    ...parts,
  });
const keptBy = (account: string, parts: Partial<Kept> = {}): Kept => ({
  account,
  day: null,
  slot: null,
  isInDoubt: false,
  ...parts,
});
const accountOf = (parts: Parameters<typeof ask>[0]) => ask(parts)?.account;

describe('who may send', () => {
  const all = accounts(account('main'), account('also'), account('receipts', { purposes: ['transactional'] }));

  test.each([
    ['transactional', ['receipts']],
    ['marketing', ['main', 'also']],
  ])('%s mails go by the accounts that name them, else by those that name none', (purpose, names) => {
    expect(servingAccounts(all, purpose)).toEqual(names);
  });

  test('without one there is no choice', () => {
    expect(ask({ accounts: accounts(account('receipts', { purposes: ['transactional'] })) })).toBeUndefined();
  });
});

describe('what an account stays with', () => {
  const rules = (accountBy: string) =>
    deliverySchema.parse({ accountBy, domains: { 'gmail.com': { perSecond: 1, also: ['googlemail.com'] } } });
  const keys = (accountBy: string) =>
    ['Ana@Gmail.com', 'eva@googlemail.com', 'Bo@Example.test'].map((email) =>
      accountKey(rules(accountBy), { email, sendId: 's1' }),
    );

  test('a recipient, a domain by all of its names, or each send for itself', () => {
    expect(keys('recipient')).toEqual(['ana@gmail.com', 'eva@googlemail.com', 'bo@example.test']);
    expect(keys('domain')).toEqual(['mail-gmail.com', 'mail-gmail.com', 'example.test']);
    expect(keys('send')).toEqual(['s1', 's1', 's1']);
  });
});

describe('the choice by weight', () => {
  const weights = { a: 1, b: 3, c: 6 } as const;
  const all = accounts(...Object.entries(weights).map(([name, weight]) => account(name, { weight })));
  const keys = Array.from({ length: 3000 }, (_, index) => `key ${index}`);

  test('each has its share of the keys', () => {
    const chosen = keys.map((key) => accountOf({ accounts: all, key }));
    for (const [name, weight] of Object.entries(weights))
      expect(chosen.filter((one) => one === name).length / keys.length).toBeCloseTo(weight / 10, 1);
  });

  test('an account that comes takes from all, and moves nobody among the others', () => {
    const more = accounts(...Object.entries(weights).map(([name, weight]) => account(name, { weight })), account('d'));
    const moved = keys.filter((key) => accountOf({ accounts: all, key }) !== accountOf({ accounts: more, key }));
    expect(moved.length / keys.length).toBeCloseTo(1 / 11, 1);
    expect(new Set(moved.map((key) => accountOf({ accounts: more, key })))).toEqual(new Set(['d']));
  });
});

describe('a warm-up plan', () => {
  const PLAN = { from: '2026-01-05', perDay: [2, 5] };
  const fresh = accounts(account('fresh', { warmUp: PLAN }));
  const taken = (places: { readonly [day: string]: number }, name = 'fresh') =>
    new Map(Object.entries(places).map(([day, count]) => [placeKey(name, day), count]));

  test.each([
    ['2026-01-04', 0],
    ['2026-01-05', 2],
    ['2026-01-06', 5],
    ['2026-01-07', null],
  ])('allows on %s: %s', (day, most) => {
    expect(mostOn({ ...PLAN }, day)).toBe(most);
  });

  test('counts days by the clocks of the company', () => {
    const late = Date.UTC(2026, 0, 6, 2, 30); // still Monday evening in São Paulo
    expect(dayAt(late, ZONE)).toBe('2026-01-05');
    expect(ask({ accounts: fresh, now: late })).toMatchObject({ place: { day: '2026-01-05', most: 2 } });
  });

  test('lets a mail go while there is room, and gives it a place of the day', () => {
    expect(ask({ accounts: fresh, taken: taken({ '2026-01-05': 1 }) })).toEqual({
      type: 'go',
      account: 'fresh',
      place: { account: 'fresh', day: '2026-01-05', most: 2 },
      isProbe: false,
    });
  });

  test('lets it wait for the first day with room when it is full, and says why', () => {
    const full = taken({ '2026-01-05': 2, '2026-01-06': 5 });
    expect(ask({ accounts: fresh, taken: full })).toEqual({
      type: 'wait',
      account: 'fresh',
      cause: 'day',
      place: { account: 'fresh', day: '2026-01-07', most: null },
      until: Date.UTC(2026, 0, 7, 3), // midnight in São Paulo
      reason:
        'account "fresh" has sent or promised all that its warm-up plan allows before 2026-01-07, asked on 2026-01-05',
    });
  });

  test('sends what is over by another account that has room', () => {
    const both = accounts(account('fresh', { warmUp: PLAN, weight: 1000 }), account('old', { weight: 0.001 }));
    expect(accountOf({ accounts: both })).toBe('fresh');
    expect(ask({ accounts: both, taken: taken({ '2026-01-05': 2 }) })).toEqual({
      type: 'go',
      account: 'old',
      place: null,
      isProbe: false,
    });
  });

  test('never holds a mail for which its recipient waits, and counts it', () => {
    const full = taken({ '2026-01-05': 2 });
    expect(ask({ accounts: fresh, purpose: 'transactional', taken: full })).toEqual({
      type: 'go',
      account: 'fresh',
      place: { account: 'fresh', day: '2026-01-05', most: null },
      isProbe: false,
    });
  });

  test('keeps the place that was promised', () => {
    const kept = keptBy('fresh', { day: '2026-01-05' });
    expect(ask({ accounts: fresh, kept, taken: taken({ '2026-01-05': 2 }) })).toEqual({
      type: 'go',
      account: 'fresh',
      place: null,
      isProbe: false,
    });
  });
});

describe('accounts that do not work', () => {
  const both = accounts(account('main', { weight: 1000 }), account('spare', { weight: 0.001 }));
  const since = MONDAY - HOUR;
  const rest = { since, reason: 'ECONNREFUSED', nth: 1, until: MONDAY + HOUR, fault: 'connection' } as const;
  const RESTS: AccountHealth = { ...HEALTHY, rest };
  const DUE: AccountHealth = { ...RESTS, rest: { ...rest, until: MONDAY } };
  const standing = (all: { readonly [account: string]: AccountHealth }) =>
    new Map(Object.entries(all).map(([name, health]) => [name, { ...UNTRIED, health }]));

  test('leave their mails to the others', () => {
    expect(accountOf({ accounts: both })).toBe('main');
    expect(accountOf({ accounts: both, standings: standing({ main: RESTS }) })).toBe('spare');
    expect(accountOf({ accounts: both, standings: standing({ main: putOut(HEALTHY, 'moving', since) }) })).toBe(
      'spare',
    );
  });

  test('leave a mail that was tried with them, too, but not one that may have arrived', () => {
    const standings = standing({ main: RESTS });
    expect(accountOf({ accounts: both, standings, kept: keptBy('main') })).toBe('spare');
    expect(ask({ accounts: both, standings, kept: keptBy('main', { isInDoubt: true }) })).toMatchObject({
      type: 'wait',
      account: 'main',
      cause: 'rest',
    });
  });

  test('break no plan of those that take over', () => {
    const warm = accounts(account('main'), account('spare', { warmUp: { from: '2026-01-05', perDay: [1] } }));
    const full = new Map([[placeKey('spare', '2026-01-05'), 1]]);
    const question = { accounts: warm, standings: standing({ main: RESTS }), taken: full };
    expect(ask(question)).toMatchObject({ type: 'wait', account: 'main', cause: 'rest' }); // an hour, not a day
  });

  test('let a mail wait, if no other can take it, a little behind the end of the rest, and say why', () => {
    const all = accounts(account('main'));
    const choice = ask({ accounts: all, standings: standing({ main: RESTS }) });
    expect(choice).toMatchObject({
      type: 'wait',
      place: null,
      reason: 'account "main" rests until 2026-01-05 13:00 UTC: ECONNREFUSED',
    });
    const { until = 0 } = choice?.type === 'wait' ? choice : {};
    expect(until).toBeGreaterThanOrEqual(MONDAY + HOUR);
    expect(until).toBeLessThan(MONDAY + HOUR + 60_000);
    const out = ask({ accounts: all, standings: standing({ main: putOut(HEALTHY, 'it moves', since) }) });
    expect(out).toMatchObject({ reason: 'account "main" was put out by hand: it moves' });
  });

  test('are probed by one mail when the rest is over; a mail for which its recipient waits does not, if it need not', () => {
    const standings = standing({ main: DUE });
    expect(ask({ accounts: both, standings })).toMatchObject({ account: 'main', isProbe: true });
    expect(ask({ accounts: both, standings, purpose: 'transactional' })).toMatchObject({ account: 'spare' });
    const alone = accounts(account('main'));
    expect(ask({ accounts: alone, standings, purpose: 'transactional' })).toMatchObject({ isProbe: true });
    const probe = { sendId: 's2', since: MONDAY, until: MONDAY + HOUR };
    expect(ask({ accounts: alone, standings: standing({ main: { ...DUE, probe } }) })).toMatchObject({
      type: 'wait',
      reason: 'one mail finds out whether account "main" works again: ECONNREFUSED',
    });
  });

  test('or that have as many mails on their way as they take, are passed over', () => {
    const limited = accounts(
      account('main', { weight: 1000, rates: { atOnce: 2 } }),
      account('spare', { weight: 0.001 }),
    );
    const standings = new Map([['main', { ...UNTRIED, underWay: 2 }]]);
    expect(accountOf({ accounts: limited, standings })).toBe('spare');
    expect(ask({ accounts: limited, standings, kept: keptBy('main') })).toMatchObject({ cause: 'full' });
  });
});

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
const plan = fc.record({
  from: fc.constantFrom('2026-01-03', '2026-01-05', '2026-01-08'),
  perDay: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
});
const anAccount = fc.record(
  { weight: fc.integer({ min: 1, max: 9 }), purposes: fc.constant(['newsletter']), warmUp: plan },
  { requiredKeys: [] },
);
const someAccounts = fc
  .tuple(names, fc.array(anAccount, { minLength: 4, maxLength: 4 }))
  .map(([all, parts]) => accounts(...all.map((name, index) => account(name, parts[index] ?? {})), account('any')));
const sends = fc.array(
  fc.record({
    key: fc.string({ maxLength: 4 }),
    purpose: fc.constantFrom('marketing', 'newsletter'),
    days: fc.nat({ max: 6 }),
  }),
  { maxLength: 60 },
);

// INV-ACCOUNT-KEPT
test('a send keeps its account, whatever is full and whatever the weights become, and one in doubt even if it rests', () => {
  fc.assert(
    fc.property(someAccounts, sends, fc.nat(), (all, asked, turn) => {
      for (const { key, purpose, days } of asked) {
        const first = ask({ accounts: all, key, purpose });
        if (!first) continue;
        const changed = Object.fromEntries(
          Object.entries(all).map(([name, rules]) => [
            name,
            { ...rules, weight: 1 + ((turn + name.charCodeAt(0)) % 9) },
          ]),
        );
        const kept = keptBy(first.account);
        const full = new Map([[placeKey(first.account, dayAt(MONDAY + days * DAY, ZONE)), 99]]);
        const question = { accounts: changed, key, purpose, taken: full, now: MONDAY + days * DAY };
        expect(accountOf({ ...question, kept })).toBe(first.account);
        const out = putOut(HEALTHY, 'it moves', MONDAY);
        const standings = new Map([[first.account, { ...UNTRIED, health: out }]]);
        const doubted = { ...question, standings, kept: { ...kept, isInDoubt: true } };
        expect(ask(doubted)).toMatchObject({ type: 'wait', account: first.account });
      }
    }),
  );
});

// INV-WARM-UP
test('in whatever order mails come, none but those that cannot wait are over a plan, and none waits for a full day', () => {
  fc.assert(
    fc.property(someAccounts, sends, (all, asked) => {
      const taken = new Map<string, number>();
      for (const { key, purpose, days } of asked.toSorted((a, b) => a.days - b.days)) {
        const choice = ask({ accounts: all, key, purpose, taken, now: MONDAY + days * DAY + HOUR });
        expect(servingAccounts(all, purpose)).toContain(choice?.account);
        if (!choice?.place) continue;
        const place = placeKey(choice.place.account, choice.place.day);
        taken.set(place, (taken.get(place) ?? 0) + 1);
        expect(choice.account).toBe(choice.place.account);
        if (choice.type === 'wait') expect(choice.until).toBeGreaterThan(MONDAY + days * DAY + HOUR);
      }
      for (const [place, count] of taken) {
        const [name = '', day = ''] = place.split(' ');
        const warmUp = all[name]?.warmUp;
        expect(count).toBeLessThanOrEqual((warmUp && mostOn(warmUp, day)) ?? Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test.each([
  ['Viva <hello@news.viva.example>', 'news.viva.example'],
  ['hello@Viva.example', 'viva.example'],
  ['Viva <hello@viva.example', undefined],
  ['hello@localhost', undefined],
  ['Viva\r\nBcc: eve@evil.example <a@b.example>', undefined],
  ['a@b.example, c@d.example', undefined],
])('the sender %j writes from %s', (sender, domain) => {
  expect(senderDomain(sender)).toBe(domain);
});

test.each([
  ['viva.example', 'viva.example', true],
  ['news.viva.example', 'viva.example', true],
  ['viva.example', 'news.viva.example', true],
  ['viva.example', 'aviva.example', false],
  ['viva.example', 'evil.example', false],
])('%s and %s are aligned: %s', (one, other, isSo) => {
  expect(isAligned(one, other)).toBe(isSo);
});
