import fc from 'fast-check';
import type { LinkName } from '../../src/api/refusals';
import { newId } from '../../src/domain/ids';
import { signFormLink } from '../../src/mail/form-links';
import { type LinkPayload, signLink } from '../../src/mail/links';
import { waitUntil } from '../../src/runtime/processes';
import type { Db } from '../../src/store/db';
import { createRefusalCounter, type RefusalCounterOptions } from '../../src/store/refusal-counter';
import { listRefusals } from '../../src/store/refusals';
import { LINK_SECRET, NOON, testApi } from '../support/api';
import { counted } from '../support/counted';
import { everythingIn } from '../support/everything';

const api = testApi();
const [contactId, journeyId, sendId] = [newId(), newId(), newId()];

beforeAll(async () => {
  const at = new Date(NOON);
  await api.db.contact.create({ data: { id: contactId, email: 'ana@example.test', locale: 'pl', createdAt: at } });
  const [versionId, mail] = [newId(), { purpose: 'newsletter', template: 'hello', messageId: '<1>', plannedAt: at }];
  await api.db.journey.create({
    data: { id: journeyId, contactId, sequence: 'nurture', versionId, status: 'running', lastTurn: {}, enteredAt: at },
  });
  const whole = { ...mail, id: sendId, contactId, journeyId, stepId: 'hello', recipient: 'ana@example.test' };
  await api.db.send.create({ data: { ...whole, status: 'accepted' } });
  await api.db.link.create({ data: { id: sendId, sendId, contactId, name: 'a', url: 'https://elsewhere.example/' } });
});

interface LinkRoute {
  /** As what it is counted. */
  readonly name: LinkName;
  readonly method: 'GET' | 'POST';
  /** Before the token. */
  readonly path: string;
  readonly body?: string;
  readonly sign: (secret: string) => string;
}

const of = (kind: LinkPayload['kind']) => (secret: string) =>
  signLink(secret, kind === 'handoff' ? { kind, id: sendId, repId: contactId } : { kind, id: sendId });
const ofForm = (form: string) => (secret: string) => signFormLink(secret, { form, submission: sendId, at: NOON });

/** Where each kind of link is followed, and what is posted there. */
const ROUTES: readonly LinkRoute[] = [
  { name: 'click', method: 'GET', path: '/c/', sign: of('click') },
  { name: 'click', method: 'GET', path: '/c/', sign: of('trap') },
  { name: 'open', method: 'GET', path: '/o/', sign: of('open') },
  { name: 'unsubscribe', method: 'GET', path: '/u/', sign: of('unsubscribe') },
  { name: 'unsubscribe', method: 'POST', path: '/u/', body: 'List-Unsubscribe=One-Click', sign: of('unsubscribe') },
  { name: 'call', method: 'POST', path: '/call/', body: '', sign: of('call') },
  { name: 'preferences', method: 'GET', path: '/p/', sign: of('preferences') },
  { name: 'preferences', method: 'POST', path: '/p/', body: 'none=1', sign: of('preferences') },
  { name: 'confirm', method: 'GET', path: '/y/', sign: of('confirm') },
  { name: 'confirm', method: 'POST', path: '/y/', body: '', sign: of('confirm') },
  { name: 'handoff', method: 'GET', path: '/h/', sign: of('handoff') },
  { name: 'handoff', method: 'POST', path: '/h/', body: 'action=accept', sign: of('handoff') },
  { name: 'ebook', method: 'GET', path: '/f/watering-guide/file/', sign: ofForm('watering-guide') },
  { name: 'calendar', method: 'GET', path: '/f/open-day/calendar/', sign: ofForm('open-day') },
  { name: 'thanks', method: 'GET', path: '/f/open-day/thanks?got=', sign: ofForm('open-day') },
];

const bytesOf = (token: string) => Buffer.from(token, 'base64url');
/** Of the form, but the route is that of another kind. */
const MISPLACED = signLink(LINK_SECRET, { kind: 'visit', id: newId() });

/** What somebody may make of a good token, or write in its place. */
const MANGLED: { readonly [how: string]: (token: string, sign: LinkRoute['sign']) => string } = {
  'with another first byte': (token) => changed(token, 0),
  'with another kind under the old signature': (token) => changed(token, 1),
  'with another id': (token) => changed(token, 9),
  'with another signature': (token) => changed(token, bytesOf(token).length - 1),
  'without its signature': (token) => bytesOf(token).subarray(0, -16).toString('base64url'),
  'cut by one letter': (token) => token.slice(0, -1),
  'cut in half': (token) => token.slice(0, token.length / 2),
  'with one letter more': (token) => `${token}A`,
  'with padding': (token) => `${token}==`,
  'in capitals': (token) => token.toUpperCase(),
  'twice over': (token) => token + token,
  'with a space': (token) => `${token}%20`,
  'with a NUL': (token) => `${token}%00`,
  'with a line of a header': (token) => `${token}%0d%0aSet-Cookie:%20a=b`,
  'with a script': () => '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  'with an address to go to': () => encodeURIComponent('https://evil.example/'),
  'with a path up': () => '..%2f..%2fhealth',
  'of another secret': (_token, sign) => sign('another secret of links, as long as ours'),
  'of another kind': () => MISPLACED,
  'that is empty but for a dot': () => '.',
  'of nothing but zeros': (token) => Buffer.alloc(bytesOf(token).length).toString('base64url'),
  'of 5,000 letters': () => 'a'.repeat(5_000),
};

function changed(token: string, at: number): string {
  const bytes = bytesOf(token);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

const mangled = ({ sign }: Pick<LinkRoute, 'sign'>) =>
  Object.entries(MANGLED).map(([how, mangle]) => ({ how, token: mangle(sign(LINK_SECRET), sign) }));
/** Refusals by what they are counted as. */
const tally = (all: readonly string[]) =>
  Object.fromEntries([...new Set(all)].sort().map((one) => [one, all.filter((other) => other === one).length]));
const onRecord = async () =>
  Object.fromEntries(
    (await api.refusals()).map(({ kind, name, code, count }) => [`${kind} ${name} ${code}`, count] as const).sort(),
  );

// INV-LINKS-SIGNED
// INV-REFUSALS-COUNTED
test('of more than 300 forged and mangled links each is refused with a code, is counted, leads nowhere and changes nothing', async () => {
  const before = await everythingIn(api.databaseUrl, ['refusal']);
  const links = ROUTES.flatMap((route) => mangled(route).map((link) => ({ ...route, ...link })));
  expect(links.length).toBeGreaterThan(300);
  const said: string[] = [];
  for (const link of links) said.push(await follow(link));
  expect(said.filter((one) => !REFUSED.includes(one))).toEqual([]);
  expect(await everythingIn(api.databaseUrl, ['refusal'])).toEqual(before);
  expect(await onRecord()).toEqual(tally(links.map(({ name }, at) => `link ${name} ${said[at]?.slice(4)}`)));
});

test('a mangled mark of a click shows the form to anybody, and is counted', async () => {
  const before = await everythingIn(api.databaseUrl, ['refusal']);
  const known = await onRecord();
  const marks = mangled({ sign: of('visit') }).filter(({ how }) => how !== 'of another kind');
  for (const { token } of marks) {
    const { statusCode } = await api.app.inject(`/f/course?viveiro=${token}`);
    expect(statusCode).toBe(200);
  }
  expect(await everythingIn(api.databaseUrl, ['refusal'])).toEqual(before);
  expect(await onRecord()).toEqual({ ...known, 'link visit VIV_LINK_FORGED': marks.length });
});

test('links whose address itself is mangled are counted by how it begins, and what is none of ours is not', async () => {
  const known = await onRecord();
  for (const url of ['/C/ABC', '/c/%zz', '/u/a/b', '/f/nothing/file/x', '/wp-login.php', '/'])
    expect((await api.app.inject(url)).statusCode).toBe(404);
  const { 'link click VIV_NOT_FOUND': clicks = 0, 'link unsubscribe VIV_NOT_FOUND': others = 0, ...rest } = known;
  expect(await onRecord()).toEqual({
    ...rest,
    'link click VIV_NOT_FOUND': clicks + 2,
    'link unsubscribe VIV_NOT_FOUND': others + 1,
    'link ebook VIV_FORM_UNKNOWN': 1,
  });
});

describe('a flood of refusals', () => {
  const aCounter = (db: Db, parts: Partial<RefusalCounterOptions> = {}) =>
    createRefusalCounter({ db, clock: () => NOON, onProblem: fail, ...parts });
  const fail = (problem: unknown) => {
    throw problem;
  };
  const one = { kind: 'request', name: '', code: 'VIV_REQUEST_INVALID' } as const;
  const countOf = async (code: string) =>
    (await listRefusals(api.db, { since: NOON, kind: 'request' })).find((row) => row.code === code)?.count ?? 0;

  it('is two statements: for the first, and for all that came within the second', async () => {
    const { tx: db, statements } = counted(api.db);
    const counter = aCounter(db);
    for (let count = 0; count < 10_000; count += 1) counter.note(one);
    await counter.settled();
    expect(statements()).toBe(2);
    expect(await countOf(one.code)).toBe(10_000);
  });

  it('goes on record without anybody asking, a moment later', async () => {
    const counter = aCounter(api.db, { paceMs: 10 });
    const code = 'VIV_REQUEST_SLOW';
    for (const total of [1, 2, 3]) {
      counter.note({ ...one, code });
      expect(await waitUntil(async () => (await countOf(code)) === total, 10_000)).toBe(true);
    }
  });

  it('is not lost when the database could not be reached for a while, and that is told', async () => {
    const heard: unknown[] = [];
    let isDown = true;
    const db = new Proxy(api.db, {
      get: (target, name) =>
        name === '$executeRaw' && isDown ? () => Promise.reject(new Error('down')) : Reflect.get(target, name),
    });
    const counter = aCounter(db, { onProblem: (problem) => heard.push(problem) });
    const code = 'VIV_HEAD_TOO_LARGE';
    counter.note({ ...one, code });
    await counter.settled();
    counter.note({ ...one, code });
    isDown = false;
    await counter.settled();
    expect([await countOf(code), heard.length > 0]).toEqual([2, true]);
  });

  it('in several processes at once is added up, however it comes', async () => {
    const codes = ['A', 'B', 'C', 'D'].map((letter) => `VIV_${letter}`);
    const notes = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(...codes)), { minLength: 1, maxLength: 200 });
    const total = new Map<string, number>();
    const runs = fc.asyncProperty(notes, async (told) => {
      const counters = [0, 1, 2].map(() => aCounter(api.db, { paceMs: 1 }));
      for (const [process, code] of told) {
        counters[process]?.note({ ...one, code });
        total.set(code, (total.get(code) ?? 0) + 1);
        if (total.size === 1) await Promise.resolve();
      }
      await Promise.all(counters.map((counter) => counter.settled()));
      for (const code of codes) expect(await countOf(code)).toBe(total.get(code) ?? 0);
    });
    await fc.assert(runs, { numRuns: Number(process.env.VIVEIRO_REFUSAL_RUNS ?? 10), endOnFailure: true });
  });
});

/** A token that is longer than all of ours is not even an address. */
const REFUSED = ['403 VIV_LINK_FORGED', '404 VIV_NOT_FOUND'];

/** Status and code; what else it does, and which link it was, where it does more than refuse. */
async function follow({
  how,
  method,
  path,
  body = '',
  token,
}: LinkRoute & { readonly how: string; readonly token: string }): Promise<string> {
  const headers = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const url = path + token;
  const answer = await api.app.inject({ method, url, headers, ...(method === 'POST' ? { payload: body } : {}) });
  const { location, 'set-cookie': cookie } = answer.headers;
  const said = `${answer.statusCode} ${/VIV_[A-Z_]+/.exec(answer.body)?.[0]}`;
  return location === undefined && cookie === undefined
    ? said
    : `${method} ${url} ${how}: ${said} ${location} ${cookie}`;
}

test('whoever cut a link short by hand gets a page in their language with a way to the right one', async () => {
  const url = `/c/${of('click')(LINK_SECRET).slice(0, -3)}`;
  const { statusCode, body } = await api.app.inject({ url, headers: { accept: 'text/html', 'accept-language': 'pl' } });
  expect(statusCode).toBe(403);
  expect(body).toContain('Ten link nie działa');
  expect(body).toContain('<form method="post" action="/preferences">');
});
