import { buildApi } from '../../src/api/server';
import { createApiKey, revokeApiKey } from '../../src/store/api-keys';
import { connect, disconnect } from '../../src/store/db';
import { aRules, LINK_SECRET, NOON, testApi } from '../support/api';

const api = testApi();
const json = { 'content-type': 'application/json' };

test('the answer to health is the database’s', async () => {
  const answer = await api.app.inject('/health');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: 'ok' });
});

test('without a database, health says so and nothing about it', async () => {
  const db = connect('postgresql://nobody:secret@127.0.0.1:1/none', 1);
  const turn = { rules: aRules };
  const deps = {
    db,
    turn,
    linkSecret: LINK_SECRET,
    publicUrl: 'http://localhost',
    forms: new Map(),
    clock: () => NOON,
  };
  const app = buildApi(deps);
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

test('a route that does not say who may call it cannot be added', () => {
  const { db } = api;
  const turn = { rules: aRules };
  const deps = {
    db,
    turn,
    linkSecret: LINK_SECRET,
    publicUrl: 'http://localhost',
    forms: new Map(),
    clock: () => NOON,
  };
  expect(() => buildApi(deps).get('/open', async () => 'x')).toThrow('route GET /open must declare config.access');
  expect(() => buildApi(deps).get('/open', { config: { access: 'public' } }, async () => 'x')).not.toThrow();
});
