import { DEFAULT_ENGAGEMENT, engagementSchema } from '../../src/domain/engagement/rules';
import { keyOf, newId } from '../../src/domain/ids';
import { readLink, signLink } from '../../src/mail/links';
import { recordConsent } from '../../src/store/consents';
import { transaction } from '../../src/store/db';
import { judgeHits } from '../../src/store/hits';
import { aRules, LINK_SECRET, NOON, testApi } from '../support/api';

const SECOND = 1_000;
const SITE = 'https://www.viva.example';
const engagement = engagementSchema.parse({
  machines: { networks: ['203.0.113.0/24'] },
  opens: { track: true },
  pages: { sites: [SITE] },
});
/** What is held is due at once: no test waits. */
const turn = {
  rules: { ...aRules, engagement: { ...engagement, machines: { ...engagement.machines, holdFor: 0 } } },
};
let now = NOON;
const api = testApi({ clock: () => now, turn });
const [contactId, journeyId, sendId] = [newId(), newId(), newId()];
const PAGES = ['prices', 'course', 'team'] as const;
const linkOf = (name: string) => keyOf('link', sendId, name);
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

beforeAll(async () => {
  const at = new Date(NOON - 3_600_000);
  await api.db.contact.create({ data: { id: contactId, email: 'ana@example.test', locale: 'pt-BR', createdAt: at } });
  await api.db.journey.create({
    data: {
      id: journeyId,
      contactId,
      sequence: 'nurture',
      versionId: newId(),
      status: 'running',
      lastTurn: {},
      enteredAt: at,
    },
  });
  const mail = { purpose: 'newsletter', template: 'hello', messageId: '<1>', plannedAt: at, settledAt: at };
  const whole = { ...mail, id: sendId, contactId, journeyId, stepId: 'hello', recipient: 'ana@example.test' };
  await api.db.send.create({ data: { ...whole, status: 'accepted' } });
  for (const name of PAGES)
    await api.db.link.create({
      data: { id: linkOf(name), sendId, contactId, name, url: `https://elsewhere.example/${name}?a=1&b=ä` },
    });
});

afterEach(async () => {
  now = NOON;
  await api.db.interaction.deleteMany();
  await api.db.linkHit.deleteMany();
});

interface Asking {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: { readonly [name: string]: string };
  readonly from?: string;
}

const ask = (url: string, { method = 'GET', headers = {}, from = '198.51.100.7' }: Asking = {}) =>
  api.app.inject({ method, url, headers: { 'user-agent': AGENT, ...headers }, remoteAddress: from });
const tokenOf = (kind: 'click' | 'trap' | 'open', id: string) => signLink(LINK_SECRET, { kind, id });
const click = (name: string, asking: Asking = {}) => ask(`/c/${tokenOf('click', linkOf(name))}`, asking);
const judged = () => judgeHits(api.db, turn, sendId);
const recorded = async () => {
  await judged();
  const events = await api.db.interaction.findMany({ orderBy: { seq: 'asc' } });
  return events.map(({ type, properties }) => ({ type, ...(properties as object) })); // a JSON object by how it is written
};

describe('a click of a person', () => {
  it('leads on, and counts once it is known that no machine did it, at the time at which it came', async () => {
    const answer = await click('prices');
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe('https://elsewhere.example/prices?a=1&b=%C3%A4');
    expect(await api.db.interaction.count()).toBe(0);
    now += SECOND;
    await judged();
    expect(await api.db.interaction.findMany()).toEqual([
      expect.objectContaining({
        type: 'mail.clicked',
        contactId,
        journeyId,
        at: new Date(NOON),
        properties: { link: 'prices', sendId },
      }),
    ]);
  });

  it('is judged by the outbox when its time of holding is over, and not before', async () => {
    await click('prices');
    const [job] = await api.db.$queryRaw<{ task: string; key: string }[]>`
      SELECT t.identifier AS task, j.key FROM graphile_worker._private_jobs j
      JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE j.key = ${`hits:${sendId}`}`;
    expect(job).toEqual({ task: 'judge_hits', key: `hits:${sendId}` });
    await judgeHits(api.db, { rules: { ...aRules, engagement: DEFAULT_ENGAGEMENT } }, sendId);
    expect(await api.db.interaction.count()).toBe(0);
  });

  it('counts once within a minute, and however often it is judged at once', async () => {
    await Promise.all([click('prices'), click('prices'), click('prices')]);
    await Promise.all([judged(), judged(), judged()]);
    expect(await recorded()).toHaveLength(1);
    now += 60_000;
    await click('prices');
    expect(await recorded()).toHaveLength(2);
  });

  it('tells our own sites, and no others, by which click the browser came; a machine tells nothing', async () => {
    const id = newId();
    await api.db.link.create({ data: { id, sendId, contactId, name: 'own', url: `${SITE}/prices?a=1` } });
    const url = `/c/${tokenOf('click', id)}`;
    const { location = '' } = (await ask(url)).headers;
    const [hit] = await api.db.linkHit.findMany({ where: { linkId: id } });
    const token = new URL(location).searchParams.get('viveiro') ?? '';
    expect(readLink(LINK_SECRET, token)).toEqual({ kind: 'visit', id: hit?.id });
    expect(location.replace(`&viveiro=${token}`, '')).toBe(`${SITE}/prices?a=1`);
    expect((await ask(url, { headers: { 'user-agent': 'curl/8' } })).headers.location).toBe(`${SITE}/prices?a=1`);
  });

  it('leads on where nobody can record it: the contact is erased, the mail is gone', async () => {
    const orphan = newId();
    await api.db.link.create({
      data: { id: orphan, sendId: newId(), contactId: newId(), name: 'x', url: 'https://example.test/' },
    });
    expect((await ask(`/c/${tokenOf('click', orphan)}`)).statusCode).toBe(302);
  });
});

// INV-MACHINES-WEIGH-NOTHING
describe('what a machine does is recorded with its reason, and nothing follows from it', () => {
  const scanned = (bot: string, link = 'prices') => [{ type: 'mail.scanned', sendId, what: 'link', link, bot }];

  it.each<[string, Asking, string]>([
    ['asks for the head alone', { method: 'HEAD' }, 'HEAD follows no link'],
    ['fetches ahead', { headers: { 'sec-purpose': 'prefetch;prerender' } }, 'fetched ahead of any click'],
    ['fetches ahead, as Firefox says it', { headers: { 'x-moz': 'prefetch' } }, 'fetched ahead of any click'],
    ['makes a preview', { headers: { purpose: 'preview' } }, 'fetched ahead of any click'],
    [
      'calls itself a scanner',
      { headers: { 'user-agent': 'Mozilla/5.0 (compatible; Barracuda Sentinel)' } },
      'a program that calls itself barracuda',
    ],
    ['says nothing of itself', { headers: { 'user-agent': '' } }, 'a program that does not say what it is'],
    ['comes from a scanner’s network', { from: '203.0.113.9' }, 'from the network 203.0.113.0/24'],
  ])('when it %s', async (_, asking, reason) => {
    expect((await click('prices', asking)).statusCode).toBe(302);
    expect(await recorded()).toEqual(scanned(reason));
    expect(await api.db.scoreEntry.count()).toBe(0);
  });

  it('when it comes sooner than a person can', async () => {
    await api.db.send.update({ where: { id: sendId }, data: { settledAt: new Date(NOON - 2 * SECOND) } });
    await click('prices');
    expect(await recorded()).toEqual(scanned('sooner than 3s after the mail server had taken the mail'));
    await api.db.send.update({ where: { id: sendId }, data: { settledAt: null, status: 'dispatching' } });
    await click('team');
    const early = scanned('before the mail server had taken the mail', 'team');
    expect((await recorded()).slice(1)).toEqual(early);
    const data = { settledAt: new Date(NOON - 3_600_000), status: 'accepted' };
    await api.db.send.update({ where: { id: sendId }, data });
  });

  it('when several links are followed within a second: those that looked like a person’s, too', async () => {
    for (const name of PAGES) {
      await click(name);
      now += 300;
    }
    expect(await recorded()).toEqual(PAGES.flatMap((link) => scanned('one of 3 links of the mail within 1s', link)));
  });

  it('but two links with time between them are a person’s', async () => {
    await click('prices');
    now += 4 * SECOND;
    await click('team');
    expect((await recorded()).map(({ type }) => type)).toEqual(['mail.clicked', 'mail.clicked']);
  });

  it('when the link that no person sees is followed, with all that is followed beside it', async () => {
    await click('prices');
    const trap = await ask(`/c/${tokenOf('trap', sendId)}`);
    expect([trap.statusCode, trap.body]).toEqual([204, '']);
    const events = await recorded();
    expect(events).toEqual(expect.arrayContaining(scanned('with the link that no person sees')));
    expect(events.map(({ type }) => type)).toEqual(['mail.scanned', 'mail.scanned']);
  });
});

describe('the picture of a mail', () => {
  const open = (asking?: Asking) => ask(`/o/${tokenOf('open', sendId)}`, asking);
  const said = {
    contactId,
    purpose: 'open_tracking',
    basis: 'consent',
    text: 'You may see',
    source: 'form',
    at: NOON,
  } as const;
  const say = (granted: boolean) => transaction(api.db, (tx) => recordConsent(tx, { ...said, granted }));

  it('tells nothing of whoever has not allowed it, or does not any more', async () => {
    const answer = await open();
    expect(answer.headers['content-type']).toBe('image/gif');
    expect(await recorded()).toEqual([]);
    await say(true);
    await open();
    expect(await recorded()).toEqual([{ type: 'mail.opened', sendId }]);
    await say(false);
    now += 60_000;
    await open();
    expect(await recorded()).toHaveLength(1);
  });

  it('weighs nothing when a privacy proxy loads it', async () => {
    await say(true);
    await open({ headers: { 'user-agent': 'Mozilla/5.0' } });
    await open({ headers: { 'user-agent': 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' } });
    await open({ from: '17.58.1.2' });
    const picture = (bot: string) => ({ type: 'mail.scanned', sendId, what: 'picture', bot });
    expect(await recorded()).toEqual([
      picture('a privacy proxy'),
      picture('a privacy proxy: a program that calls itself googleimageproxy'),
      picture('a privacy proxy: from the network 17.0.0.0/8'),
    ]);
  });
});

// INV-NO-OPEN-REDIRECT
describe('nobody is led elsewhere than the mail says', () => {
  const good = tokenOf('click', linkOf('prices'));

  it.each([
    `/c/${good}?url=https://evil.example`,
    `/c/${good}?next=//evil.example`,
    `/c/${good}#https://evil.example`,
    `/c/${good}?redirect=javascript:alert(1)`,
  ])('%s leads where the link of the mail leads', async (url) => {
    expect((await ask(url)).headers.location).toBe('https://elsewhere.example/prices?a=1&b=%C3%A4');
  });

  const forged = [
    ...[0, 1, 5, 20, good.length - 1].map((at) =>
      `${good.slice(0, at)}A${good.slice(at + 1)}`.replace(good, `${good}A`),
    ),
    good.slice(1),
    `${good}=`,
    `${good}.`,
    good.toLowerCase(),
    encodeURIComponent(encodeURIComponent(`${good}/`)),
    `${good}%00`,
    `${good}%2F..%2F..`,
    `${good}%5C`,
    Buffer.from('https://evil.example').toString('base64url'),
    encodeURIComponent('https://evil.example'),
    encodeURIComponent('javascript:alert(1)'),
    '%2e%2e%2f',
    tokenOf('open', sendId),
    signLink(LINK_SECRET, { kind: 'unsubscribe', id: linkOf('prices') }),
    signLink(LINK_SECRET, { kind: 'visit', id: linkOf('prices') }),
    signLink(`${LINK_SECRET}!`, { kind: 'click', id: linkOf('prices') }),
  ];

  it.each(forged)('/c/%s leads nowhere', async (token) => {
    const answer = await ask(`/c/${token}`);
    expect([403, 404]).toContain(answer.statusCode);
    expect(answer.headers.location).toBeUndefined();
    expect(await recorded()).toEqual([]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://good.example@evil.example/',
    'https://good.example\\@evil.example/',
    'https:\\\\evil.example',
    'https:evil.example',
    '//evil.example',
    'https://',
    'https:///evil.example',
    'https://evil.example/\r\nSet-Cookie: a=b',
    'https://evil.example/\u0000',
    ' https://evil.example',
    'ftp://evil.example',
    '/relative',
  ])('a row of our own that says %j leads nowhere either, and says so', async (url) => {
    const id = newId();
    const data = { id, sendId, contactId, name: 'bad', url: url.replaceAll('\u0000', '\u0001') };
    await api.db.link.create({ data });
    const answer = await ask(`/c/${tokenOf('click', id)}`, { headers: { accept: 'text/html' } });
    expect([answer.statusCode, answer.headers.location]).toEqual([403, undefined]);
    expect(answer.body).toContain('VIV_LINK_UNSAFE');
  });

  it('a link whose mail is no longer on record says what to do', async () => {
    const answer = await ask(`/c/${tokenOf('click', newId())}`, { headers: { accept: 'text/html' } });
    expect(answer.statusCode).toBe(410);
    expect(answer.body).toContain('VIV_LINK_GONE');
    expect(answer.body).toContain('answer the mail');
  });

  it('a link goes on leading there when its template has another target by now', async () => {
    expect((await click('course')).headers.location).toBe('https://elsewhere.example/course?a=1&b=%C3%A4');
  });
});
