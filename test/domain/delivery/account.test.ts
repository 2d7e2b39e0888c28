import fc from 'fast-check';
import {
  type AccountQuestion,
  accountKey,
  chooseAccount,
  dayAt,
  mostOn,
  placeKey,
  servingAccounts,
} from '../../../src/domain/delivery/account';
import { accountsSchema, senderDomain } from '../../../src/domain/delivery/account-rules';
import { isAligned } from '../../../src/domain/delivery/mail-domain';
import { deliverySchema } from '../../../src/domain/delivery/rules';
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
    now: MONDAY,
    zone: ZONE,
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
    });
  });

  test('lets it wait for the first day with room when it is full, and says why', () => {
    const full = taken({ '2026-01-05': 2, '2026-01-06': 5 });
    expect(ask({ accounts: fresh, taken: full })).toEqual({
      type: 'wait',
      account: 'fresh',
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
    });
  });

  test('never holds a mail for which its recipient waits, and counts it', () => {
    const full = taken({ '2026-01-05': 2 });
    expect(ask({ accounts: fresh, purpose: 'transactional', taken: full })).toEqual({
      type: 'go',
      account: 'fresh',
      place: { account: 'fresh', day: '2026-01-05', most: null },
    });
  });

  test('keeps the place that was promised', () => {
    const kept = { account: 'fresh', day: '2026-01-05' };
    expect(ask({ accounts: fresh, kept, taken: taken({ '2026-01-05': 2 }) })).toEqual({
      type: 'go',
      account: 'fresh',
      place: null,
    });
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
test('a send keeps its account, whatever is full and whatever the weights become, for as long as it is declared', () => {
  fc.assert(
    fc.property(someAccounts, sends, fc.nat(), (all, asked, turn) => {
      for (const { key, purpose, days } of asked) {
        const first = ask({ accounts: all, key, purpose });
        if (!first) continue;
        const changed = accountsSchema.parse(
          Object.fromEntries(
            Object.entries(all).map(([name, rules]) => [
              name,
              { ...rules, weight: 1 + ((turn + name.charCodeAt(0)) % 9) },
            ]),
          ),
        );
        const kept = { account: first.account, day: null };
        const full = new Map([[placeKey(first.account, dayAt(MONDAY + days * DAY, ZONE)), 99]]);
        expect(accountOf({ accounts: changed, key, purpose, kept, taken: full, now: MONDAY + days * DAY })).toBe(
          first.account,
        );
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
