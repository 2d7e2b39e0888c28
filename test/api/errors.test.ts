import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { publicly } from '../../src/api/refusals';
import { type ApiDeps, buildApi } from '../../src/api/server';
import { createApiKey, revokeApiKey } from '../../src/store/api-keys';
import { connect, type Db, disconnect } from '../../src/store/db';
import { aRules, LINK_SECRET, NOON, testApi } from '../support/api';
import { talkTo } from '../support/talk';

const api = testApi();
const json = { 'content-type': 'application/json' };
/** Of a server without forms. */
const depsOf = (db: Db): ApiDeps => ({
  db,
  turn: { rules: aRules },
  linkSecret: LINK_SECRET,
  publicUrl: 'http://localhost',
  forms: new Map(),
  clock: () => NOON,
});

test('the answer to health is the database’s', async () => {
  const answer = await api.app.inject('/health');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: 'ok' });
});

test('without a database, health says so and nothing about it', async () => {
  const db = connect('postgresql://nobody:secret@127.0.0.1:1/none', 1);
  const app = buildApi(depsOf(db));
  const down = await app.inject('/health');
  expect(down.json()).toMatchObject({ status: 503, code: 'VIV_DATABASE_DOWN' });
  const event = await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { ...json, authorization: 'Bearer x' },
    payload: '{}',
  });
  expect(event.json()).toMatchObject({ status: 500, code: 'VIV_UNEXPECTED' });
  expect(event.body).not.toMatch(/127\.0\.0\.1|prisma|secret/i);
  await app.close();
  await disconnect(db);
});

test('a missing, wrong or revoked key opens nothing', async () => {
  const { key } = await createApiKey(api.db, { name: 'old', at: NOON });
  await revokeApiKey(api.db, { name: 'old', at: NOON });
  const tries = [{}, { authorization: 'Bearer viv_wrong' }, { authorization: key }, { authorization: `Bearer ${key}` }];
  for (const headers of tries) {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { ...json, ...headers },
      payload: '{',
    });
    expect(answer.json()).toMatchObject({ status: 401, code: 'VIV_UNAUTHORISED' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  }
});

test('an event of 5 MB is refused, with the limit', async () => {
  const payload = JSON.stringify({
    type: 'page.seen',
    contact: { email: 'a@example.test' },
    properties: { a: 'x'.repeat(5e6) },
  });
  const answer = await api.app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { ...json, ...api.headers },
    payload,
  });
  expect(answer.json()).toMatchObject({
    status: 413,
    code: 'VIV_BODY_TOO_LARGE',
    detail: expect.stringContaining('1048576 bytes'),
  });
  expect(await api.db.contact.count()).toBe(0);
});

test.each([
  ['{"type":', 'application/json', 400, 'VIV_BODY_INVALID'],
  ['', 'application/json', 400, 'VIV_BODY_INVALID'],
  ['{"__proto__":{"a":1}}', 'application/json', 400, 'VIV_BODY_INVALID'],
  [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'application/json', 400, 'VIV_BODY_INVALID'],
  ['a=b', 'application/x-www-form-urlencoded', 415, 'VIV_MEDIA_TYPE'],
  ['<a/>', 'text/xml', 415, 'VIV_MEDIA_TYPE'],
  ['hello', 'text/plain', 415, 'VIV_MEDIA_TYPE'],
])('a body %.20s of %s is answered with %i %s', async (payload, type, status, code) => {
  const headers = { ...api.headers, 'content-type': type };
  const answer = await api.app.inject({ method: 'POST', url: '/v1/events', headers, payload });
  expect(answer.json()).toMatchObject({ status, code });
});

test('what does not exist is a problem for clients and a page for browsers', async () => {
  const client = await api.app.inject('/nowhere?token=secret');
  expect(client.json()).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'GET /nowhere does not exist. Check the address or the id.',
    code: 'VIV_NOT_FOUND',
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  });
  const browser = await api.app.inject({ url: '/<script>', headers: { accept: 'text/html,*/*' } });
  expect(browser.statusCode).toBe(404);
  expect(browser.headers['content-type']).toContain('text/html');
  expect(browser.body).not.toContain('<script>');
  expect((await api.app.inject('/f/%zz')).json()).toMatchObject({ status: 404, code: 'VIV_NOT_FOUND' });
  expect((await api.app.inject('/f/%00')).json()).toMatchObject({ status: 404, code: 'VIV_FORM_UNKNOWN' });
});

test('every answer carries the security headers', async () => {
  for (const url of ['/health', '/nowhere', '/f/%zz', '/f/course']) {
    const { headers } = await api.app.inject(url);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe(url === '/f/course' ? 'same-origin' : 'no-referrer'); // forms: decision 39
  }
});

test('a route that does not say who may call it, or as what it counts whom it refuses, cannot be added', () => {
  const deps = depsOf(api.db);
  expect(() => buildApi(deps).get('/open', async () => 'x')).toThrow('route GET /open must declare config.access');
  const open = { config: { access: 'public' } } as const;
  expect(() => buildApi(deps).get('/open', open, async () => 'x')).toThrow(
    'route GET /open must declare config.counts',
  );
  expect(() => buildApi(deps).get('/open', publicly({ kind: 'nothing' }), async () => 'x')).not.toThrow();
});

describe('over a connection', () => {
  const MEGABYTES = 5_000_000;
  const limits = { headMs: 300, requestMs: 700, checkMs: 50, refusedBytes: 1_000_000, refusedMs: 300 };
  /** With the limits of all servers, and with such as a test can wait for. */
  let [patient, strict] = [0, 0];
  let hasty: FastifyInstance;
  beforeAll(async () => {
    hasty = buildApi({ ...depsOf(api.db), limits });
    for (const app of [api.app, hasty]) await app.listen({ port: 0, host: '127.0.0.1' });
    [patient, strict] = [api.app, hasty].map(({ server }) => (server.address() as AddressInfo).port) as [
      number,
      number,
    ]; // TCP
  });
  afterAll(() => hasty?.close());
  const head = (line: string, ...headers: readonly string[]) =>
    [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
  const key = () => `Authorization: ${api.headers.authorization}`;
  const JSON_TYPE = 'Content-Type: application/json';
  const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded';
  const codeIn = (heard: string) => [/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1], /VIV_[A-Z_]+/.exec(heard)?.[0]].join(' ');
  const inChunks = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

  it.each([
    [
      'an event',
      () => head('POST /v1/events', key(), JSON_TYPE, `Content-Length: ${MEGABYTES}`),
      '413 VIV_BODY_TOO_LARGE',
    ],
    ['a form', () => head('POST /f/course', FORM_TYPE, `Content-Length: ${MEGABYTES}`), '413 VIV_BODY_TOO_LARGE'],
    [
      'a click on a button',
      () => head('POST /u/x', FORM_TYPE, `Content-Length: ${MEGABYTES}`),
      '413 VIV_BODY_TOO_LARGE',
    ],
    [
      'what nobody may send, on a connection that ends',
      () => head('POST /v1/events', JSON_TYPE, 'Connection: close', `Content-Length: ${MEGABYTES}`),
      '401 VIV_UNAUTHORISED',
    ],
    [
      'what goes nowhere, on a connection that ends',
      () => head('POST /nowhere', 'Content-Type: text/csv', 'Connection: close', `Content-Length: ${MEGABYTES}`),
      '404 VIV_NOT_FOUND',
    ],
  ])('%s of megabytes is refused so that whoever sends it all before they listen hears why', async (_, begin, said) => {
    const { heard, error } = await talkTo(patient, { send: begin() + 'x'.repeat(MEGABYTES), thenListen: true });
    expect([codeIn(heard), error]).toEqual([said, undefined]);
    expect(heard).toMatch(/^connection: close\r$/im);
  });

  it('so is a body that does not say how long it is', async () => {
    const send = head('POST /f/course', FORM_TYPE, 'Transfer-Encoding: chunked') + inChunks('x'.repeat(MEGABYTES));
    const { heard, error } = await talkTo(patient, { send, thenListen: true });
    expect([codeIn(heard), error]).toEqual(['413 VIV_BODY_TOO_LARGE', undefined]);
  });

  it('the answer is there before the rest of the body, and the connection ends when that does not come', async () => {
    const send = head('POST /f/course', FORM_TYPE, `Content-Length: ${MEGABYTES}`);
    const { heard, answeredMs, endedMs } = await talkTo(strict, { send });
    expect(codeIn(heard)).toBe('413 VIV_BODY_TOO_LARGE');
    expect(endedMs - answeredMs).toBeGreaterThan(limits.refusedMs / 2);
  });

  it('of a body without an end no more is read than the limit', async () => {
    const send = head('POST /u/x', FORM_TYPE, 'Transfer-Encoding: chunked');
    const { heard, sent } = await talkTo(strict, {
      send,
      forEver: `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`,
    });
    expect(codeIn(heard)).toBe('413 VIV_BODY_TOO_LARGE');
    expect(sent).toBeLessThan(50_000_000); // what lies in buffers of the machine on top
  });

  it.each([
    ['whose head does not come', 'GET /health HTTP/1.1\r\nHost:', '408 VIV_REQUEST_SLOW', 'request '],
    [
      'whose body does not come',
      `${head('POST /u/x', FORM_TYPE, 'Content-Length: 10')}a=`,
      '408 VIV_REQUEST_SLOW',
      'request ',
    ],
    ['that is none', 'EHLO localhost\r\n\r\n', '400 VIV_REQUEST_INVALID', 'request '],
    [
      'by a link of twenty thousand letters',
      head(`GET /c/${'a'.repeat(20_000)}`),
      '431 VIV_HEAD_TOO_LARGE',
      'link click',
    ],
  ])('a request %s is ended with a code, and counted', async (_, send, said, place) => {
    const { heard } = await talkTo(strict, { send });
    expect(codeIn(heard)).toBe(said);
    await hasty.refusals.settled();
    const refusals = await api.refusals();
    expect(refusals.map(({ kind, name, code }) => `${kind} ${name} ${code}`)).toContain(`${place} ${said.slice(4)}`);
  });

  it('whoever breaks off while they send was refused nothing', async () => {
    const before = await api.refusals();
    await talkTo(patient, { send: `${head('POST /f/course', FORM_TYPE, 'Content-Length: 100')}email=`, hangUp: true });
    expect(await api.refusals()).toEqual(before);
  });
});
