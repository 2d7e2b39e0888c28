import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { PAGE_SCRIPT } from '../../src/api/pages/script';
import { Rate } from '../../src/api/rate';
import { SharedRate } from '../../src/api/shared-rate';
import { engagementSchema } from '../../src/domain/engagement/rules';
import { newId } from '../../src/domain/ids';
import { signLink } from '../../src/mail/links';
import { transaction } from '../../src/store/db';
import { dayOf } from '../../src/store/refusals';
import { forgetSenders } from '../../src/store/shared-rate';
import { forgetOldVisits, joinVisitor } from '../../src/store/visitors';
import { aRules, LINK_SECRET, NOON, testApi } from '../support/api';
import { counted } from '../support/counted';

const DAY = 86_400_000;
const SITE = 'https://www.viva.example';
const turn = { rules: { ...aRules, engagement: engagementSchema.parse({ pages: { sites: [SITE], perMinute: 40 } }) } };
let now = NOON;
const api = testApi({ clock: () => now, turn });
const [ana, rui] = [newId(), newId()];
/** Where the server listens: browsers post there. */
let served = '';

beforeAll(async () => {
  const at = new Date(NOON);
  for (const [id, email] of [
    [ana, 'ana@example.test'],
    [rui, 'rui@example.test'],
  ] as const)
    await api.db.contact.create({ data: { id, email, createdAt: at } });
  served = await api.app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  now += DAY; // the rate is full again
  await api.db.interaction.deleteMany();
  await api.db.visitor.deleteMany();
  await api.db.pageView.deleteMany();
  await api.db.linkHit.deleteMany();
});

interface Posted {
  readonly path?: string;
  readonly origin?: string;
  readonly from?: string;
}

const post = (body: unknown, { path = '/v1/pages', origin = SITE, from = '198.51.100.7' }: Posted = {}) =>
  api.app.inject({
    method: 'POST',
    url: path,
    headers: { origin, 'content-type': 'text/plain;charset=UTF-8' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
    remoteAddress: from,
  });
const aView = (visitor: string, parts: object = {}) => ({ visitor, key: newId(), url: `${SITE}/prices`, ...parts });
const pagesOf = async (contactId: string) => {
  const seen = await api.db.interaction.findMany({
    where: { contactId, type: 'page.viewed' },
    orderBy: { seq: 'asc' },
  });
  return seen.map(({ properties }) => (properties as { readonly page: string }).page); // as viewEvent writes it
};
const aHit = async (parts: object = {}) => {
  const id = newId();
  const data = { id, sendId: newId(), linkId: newId(), contactId: ana, at: new Date(now), ...parts };
  await api.db.linkHit.create({ data });
  return { id, token: signLink(LINK_SECRET, { kind: 'visit', id }) };
};

describe('page views', () => {
  it('of somebody unknown are kept, each once, and become interactions when they say who they are', async () => {
    const visitor = newId();
    const first = aView(visitor, { url: `${SITE}/first?email=x@example.test`, title: 'First' });
    expect((await post(first)).statusCode).toBe(204);
    expect((await post(first)).statusCode).toBe(204);
    now += 1_000;
    await post(aView(visitor, { url: `${SITE}/second` }));
    expect(await api.db.pageView.count()).toBe(2);
    expect(await api.db.interaction.count()).toBe(0);
    await transaction(api.db, (tx) =>
      joinVisitor(tx, turn, { visitorId: visitor, contactId: ana, by: 'form', at: now }),
    );
    expect(await pagesOf(ana)).toEqual(['/first', '/second']);
    expect(await api.db.pageView.count()).toBe(0);
    await post(first);
    await post(aView(visitor, { url: `${SITE}/third` }));
    expect(await pagesOf(ana)).toEqual(['/first', '/second', '/third']);
    const [event] = await api.db.interaction.findMany({ orderBy: { seq: 'asc' } });
    expect(event?.properties).toEqual({ site: SITE, page: '/first', title: 'First' });
  });

  it('are joined by a click in a mail: by the first browser that comes by it, within an hour, and by no machine’s', async () => {
    const [visitor, other] = [newId(), newId()];
    const { token } = await aHit();
    await post(aView(visitor, { token }));
    await post(aView(other, { token }));
    expect(await pagesOf(ana)).toEqual(['/prices']);
    expect(await api.db.visitor.findMany({ where: { contactId: ana } })).toHaveLength(1);
    for (const refused of [
      await aHit({ judged: 'machine' }),
      await aHit({ at: new Date(now - 3_600_000) }),
      await aHit({ linkId: null }),
      { token: signLink(LINK_SECRET, { kind: 'click', id: newId() }) },
      { token: 'forged' },
    ])
      expect((await post(aView(newId(), { token: refused.token }))).statusCode).toBe(204);
    expect(await api.db.visitor.findMany({ where: { contactId: ana } })).toHaveLength(1);
    const forged = { day: dayOf(now), kind: 'link', name: 'visit', code: 'VIV_LINK_FORGED', count: 2 };
    expect((await api.refusals()).filter(({ kind }) => kind === 'link')).toEqual([forged]);
  });

  it('of a browser that two people use belong to whoever had said who they are', async () => {
    const visitor = newId();
    const by = (contactId: string) =>
      transaction(api.db, (tx) => joinVisitor(tx, turn, { visitorId: visitor, contactId, by: 'form', at: now }));
    await by(ana);
    await post(aView(visitor, { url: `${SITE}/ana` }));
    await by(rui);
    await post(aView(visitor, { url: `${SITE}/rui` }));
    expect([await pagesOf(ana), await pagesOf(rui)]).toEqual([['/ana'], ['/rui']]);
  });

  it('are taken from our own sites alone, and only of pages of the site that tells of them', async () => {
    const view = aView(newId());
    for (const answer of [
      await post(view, { origin: 'https://evil.example' }),
      await post(view, { origin: '' }),
      await post(aView(newId(), { url: 'https://evil.example/' })),
    ])
      expect(answer.json()).toMatchObject({ status: 403, code: 'VIV_SITE_UNKNOWN' });
    expect(await api.db.visitor.count()).toBe(0);
  });

  it('that are too long, no JSON, or of another shape change nothing', async () => {
    const visitor = newId();
    expect((await post(aView(visitor, { title: 'x'.repeat(5_000) }))).json().code).toBe('VIV_BODY_TOO_LARGE');
    for (const body of ['{', '[]', aView('me'), aView(visitor, { key: '1' }), aView(visitor, { more: 1 })])
      expect((await post(body)).json().code).toBe('VIV_BODY_INVALID');
    const odd = aView(visitor, { url: 'javascript:alert(1)' });
    expect((await post(odd)).json().code).toBe('VIV_BODY_INVALID');
    expect(await api.db.visitor.count()).toBe(0);
  });

  it('from one address are so many in a minute, and others are not hindered', async () => {
    const visitor = newId();
    const from = '192.0.2.77';
    for (let count = 0; count < 40; count += 1) await post('{', { from });
    const refused = await post(aView(visitor), { from });
    expect(refused.json()).toMatchObject({ status: 429, code: 'VIV_TOO_MANY' });
    expect(refused.headers['retry-after']).toBe('2');
    expect((await post(aView(visitor))).statusCode).toBe(204);
    now += 2_000;
    expect((await post(aView(visitor), { from })).statusCode).toBe(204);
  });

  it('are forgotten when the visitor wants it, or never says who they are', async () => {
    const [gone, old] = [newId(), newId()];
    await post(aView(gone));
    await post({ visitor: gone }, { path: '/v1/pages/forget' });
    expect(await api.db.visitor.count()).toBe(0);
    await post(aView(old));
    await transaction(api.db, (tx) => forgetOldVisits(tx, { before: now }));
    expect(await api.db.pageView.count()).toBe(1);
    await transaction(api.db, (tx) => forgetOldVisits(tx, { before: now + 1 }));
    expect([await api.db.pageView.count(), await api.db.visitor.count()]).toEqual([0, 0]);
  });
});

// INV-RATE-SHARED
test('a rate that processes share lets no more through than one portion for each above it, and asks the database seldom', async () => {
  const [perMinute, processes] = [30, 3];
  const wanted = fc.array(fc.record({ process: fc.nat(processes - 1), afterMs: fc.nat(1_500) }), {
    minLength: 100,
    maxLength: 300,
  });
  const runs = fc.asyncProperty(wanted, fc.uuid(), async (steps, address) => {
    let at = NOON;
    const [db, statements] = countedDb();
    const rates = Array.from({ length: processes }, () => new SharedRate({ db, secret: LINK_SECRET, clock: () => at }));
    let [taken, refused] = [0, 0];
    for (const { process, afterMs } of steps) {
      at += afterMs;
      const waitMs = (await rates[process]?.take(address, perMinute)) ?? Number.NaN;
      if (waitMs === 0) taken += 1;
      else refused += 1;
    }
    const passed = at - NOON;
    const most = perMinute + (passed * perMinute) / 60_000 + processes * (perMinute / 10);
    expect(taken).toBeLessThanOrEqual(most);
    if (refused > 0) expect(taken).toBeGreaterThanOrEqual(perMinute - processes * (perMinute / 10));
    expect(statements()).toBeLessThanOrEqual(taken + processes * (passed / 1_000 + 1));
    return taken + refused === steps.length;
  });
  await fc.assert(runs, { numRuns: Number(process.env.VIVEIRO_RATE_RUNS ?? 5) });
});

test('a flood of page views through two processes at once asks the database ten times in a minute for each', async () => {
  const [db, statements] = countedDb();
  const rates = [0, 1].map(() => new SharedRate({ db, secret: LINK_SECRET, clock: () => NOON }));
  const waits = await Promise.all(
    Array.from({ length: 2_000 }, (_, place) => rates[place % 2]?.take('203.0.113.50', 120)),
  );
  expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(120);
  expect(statements()).toBeLessThanOrEqual(12);
  expect(await db.$queryRaw`SELECT count(*)::int AS count FROM rate WHERE sender LIKE '%203.0%'`).toEqual([
    { count: 0 },
  ]);
  await transaction(api.db, (tx) => forgetSenders(tx, NOON + 61_000));
  expect(await api.db.rate.count({ where: { at: new Date(NOON) } })).toBe(0);
});

const countedDb = () => {
  const { tx, statements } = counted(api.db);
  return [tx, statements] as const;
};

test('a rate remembers so many senders and no more', () => {
  const rate = new Rate();
  expect(rate.take('first', { perMinute: 1, now: NOON })).toBe(0);
  expect(rate.take('first', { perMinute: 1, now: NOON })).toBe(60_000);
  for (let count = 0; count < 20_000; count += 1) rate.take(String(count), { perMinute: 1, now: NOON });
  expect(rate.take('first', { perMinute: 1, now: NOON })).toBe(0);
});

/** As little of a browser as the script needs, which posts for real. */
function aBrowser(address: string) {
  const posts: Promise<unknown>[] = [];
  const stored = new Map<string, string>();
  const inputs = [{ value: '' }];
  const location = { href: address };
  const listeners = new Map<string, () => void>();
  const go = (_state: unknown, _title: string, to: string) => {
    location.href = new URL(to, location.href).href;
  };
  const window = {
    location,
    history: { state: null, pushState: go, replaceState: go },
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    },
    crypto: { randomUUID: newId },
    navigator: {
      sendBeacon: (url: string, body: string) => {
        const headers = { origin: SITE, 'content-type': 'text/plain;charset=UTF-8' };
        posts.push(fetch(url, { method: 'POST', body, headers }));
        return true;
      },
    },
    addEventListener: (name: string, listener: () => void) => void listeners.set(name, listener),
  };
  const document = {
    title: 'A page',
    referrer: '',
    currentScript: { src: `${served}/v.js` },
    querySelectorAll: () => inputs,
  };
  const context = createContext({ window, document, URL });
  return {
    run: (code: string): unknown => runInContext(code, context),
    posted: async () => (await Promise.all(posts)).length,
    back: () => listeners.get('popstate')?.(),
    stored,
    inputs,
    location,
  };
}

describe('the script', () => {
  it('is smaller than 2 KB, and is served for an hour', async () => {
    const answer = await fetch(`${served}/v.js`);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    const text = await answer.text();
    expect(text).toBe(PAGE_SCRIPT);
    expect(Buffer.byteLength(text)).toBeLessThan(2_048);
    const again = await fetch(`${served}/v.js`, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  // INV-NO-TRACE-WITHOUT-CONSENT
  it('does nothing and stores nothing before consent, but for taking its mark out of the address', async () => {
    const browser = aBrowser(`${SITE}/prices?viveiro=token&a=1`);
    browser.run(PAGE_SCRIPT);
    browser.run('window.history.pushState(null, "", "/team")');
    browser.back();
    expect(browser.run('window.viveiro.visitor()')).toBeNull();
    expect([await browser.posted(), browser.stored.size]).toEqual([0, 0]);
    expect(browser.location.href).toBe(`${SITE}/team`);
    expect(await api.db.visitor.count()).toBe(0);
  });

  it('tells of each page after consent, joins by the click, fills in forms, and forgets when asked', async () => {
    const { token } = await aHit();
    const browser = aBrowser(`${SITE}/prices?viveiro=${token}&a=1`);
    browser.run(PAGE_SCRIPT);
    expect(browser.location.href).toBe(`${SITE}/prices?a=1`);
    browser.run('window.viveiro.consent()');
    browser.run('window.viveiro.consent()');
    expect(await browser.posted()).toBe(1);
    browser.run('window.history.pushState(null, "", "/team")');
    expect(await browser.posted()).toBe(2);
    const visitor = browser.run('window.viveiro.visitor()');
    expect(await pagesOf(ana)).toEqual(['/prices', '/team']);
    expect(await api.db.visitor.findMany()).toMatchObject([{ id: visitor, contactId: ana, joinedBy: 'click' }]);
    expect(browser.inputs).toEqual([{ value: visitor }]);
    browser.run('window.viveiro.withdraw()');
    await browser.posted();
    browser.back();
    expect([await browser.posted(), browser.stored.size, browser.inputs[0]?.value]).toEqual([3, 0, '']);
    expect(await api.db.visitor.count()).toBe(0);
  });
});
