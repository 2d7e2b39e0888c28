import { newId } from '../../src/domain/ids';
import { type LinkPayload, signLink } from '../../src/mail/links';
import { LINK_SECRET, NOON, testApi } from '../support/api';
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

/** Where each kind of link is followed, and what is posted there. */
const ROUTES = [
  ['click', 'GET', '/c/', ''],
  ['trap', 'GET', '/c/', ''],
  ['open', 'GET', '/o/', ''],
  ['unsubscribe', 'GET', '/u/', ''],
  ['unsubscribe', 'POST', '/u/', 'List-Unsubscribe=One-Click'],
  ['call', 'POST', '/call/', ''],
  ['preferences', 'GET', '/p/', ''],
  ['preferences', 'POST', '/p/', 'none=1'],
  ['confirm', 'GET', '/y/', ''],
  ['confirm', 'POST', '/y/', ''],
  ['handoff', 'GET', '/h/', ''],
  ['handoff', 'POST', '/h/', 'action=accept'],
] as const satisfies readonly (readonly [LinkPayload['kind'], 'GET' | 'POST', string, string])[];

const payloadOf = (kind: LinkPayload['kind']): LinkPayload =>
  kind === 'handoff' ? { kind, id: sendId, repId: contactId } : { kind, id: sendId };
const tokenOf = (kind: LinkPayload['kind'], secret = LINK_SECRET): string => signLink(secret, payloadOf(kind));
const bytesOf = (token: string) => Buffer.from(token, 'base64url');

/** What somebody may make of a good token, or write in its place. */
const MANGLED: { readonly [how: string]: (token: string, kind: LinkPayload['kind']) => string } = {
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
  'of another secret': (_token, kind) => tokenOf(kind, 'another secret of links, as long as ours'),
  'of another kind': (_token, kind) => tokenOf(kind === 'visit' ? 'call' : 'visit'),
  'that is empty but for a dot': () => '.',
  'of nothing but zeros': (token) => Buffer.alloc(bytesOf(token).length).toString('base64url'),
  'of 5,000 letters': () => 'a'.repeat(5_000),
};

function changed(token: string, at: number): string {
  const bytes = bytesOf(token);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

// INV-LINKS-SIGNED
test('of more than 200 forged and mangled links each is refused with a code, leads nowhere and changes nothing', async () => {
  const before = await everythingIn(api.databaseUrl);
  const links = ROUTES.flatMap(([kind, method, path, body]) =>
    Object.entries(MANGLED).map(([how, mangle]) => ({ how, method, body, url: path + mangle(tokenOf(kind), kind) })),
  );
  expect(links.length).toBeGreaterThan(200);
  const said: string[] = [];
  for (const link of links) said.push(await follow(link));
  expect(said.filter((one) => !REFUSED.includes(one))).toEqual([]);
  expect(await everythingIn(api.databaseUrl)).toEqual(before);
});

/** A token that is longer than all of ours is not even an address. */
const REFUSED = ['403 VIV_LINK_FORGED', '404 VIV_NOT_FOUND'];

interface Link {
  readonly how: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body: string;
}

/** Status and code; what else it does, and which link it was, where it does more than refuse. */
async function follow({ how, method, url, body }: Link): Promise<string> {
  const headers = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const answer = await api.app.inject({ method, url, headers, ...(method === 'POST' ? { payload: body } : {}) });
  const { location, 'set-cookie': cookie } = answer.headers;
  const said = `${answer.statusCode} ${/VIV_[A-Z_]+/.exec(answer.body)?.[0]}`;
  return location === undefined && cookie === undefined
    ? said
    : `${method} ${url} ${how}: ${said} ${location} ${cookie}`;
}

test('whoever cut a link short by hand gets a page in their language with a way to the right one', async () => {
  const url = `/c/${tokenOf('click').slice(0, -3)}`;
  const { statusCode, body } = await api.app.inject({ url, headers: { accept: 'text/html', 'accept-language': 'pl' } });
  expect(statusCode).toBe(403);
  expect(body).toContain('Ten link nie działa');
  expect(body).toContain('<form method="post" action="/preferences">');
});
