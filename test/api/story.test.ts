import { newId } from '../../src/domain/ids';
import { NOON, testApi } from '../support/api';

const shut = testApi();
const local = testApi({ localPages: true });
const id = newId();
const NAME = '<img src=x onerror=alert(1)>';

beforeAll(async () => {
  for (const { db } of [shut, local])
    await db.contact.create({ data: { id, email: 'ana@example.test', name: NAME, createdAt: new Date(NOON) } });
});

test('a story needs a key', async () => {
  const url = `/contacts/${id}/story`;
  expect((await shut.app.inject(url)).statusCode).toBe(401);
  const answer = await shut.app.inject({ url, headers: shut.headers });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/html');
});

test('a hostile name is shown as text', async () => {
  const { body } = await shut.app.inject({ url: '/contacts/ana@example.test/story', headers: shut.headers });
  expect(body).toContain('<h1>&lt;img src=x onerror=alert(1)&gt;</h1>');
  expect(body).not.toContain('<img');
});

test('on loopback, people at the machine need no key; others and other names of it do', async () => {
  const url = `/contacts/${id}/story`;
  expect((await local.app.inject(url)).statusCode).toBe(200);
  expect((await local.app.inject({ url, remoteAddress: '203.0.113.9' })).statusCode).toBe(401);
  expect((await local.app.inject({ url, headers: { host: 'rebound.example' } })).statusCode).toBe(401);
  expect((await local.app.inject({ method: 'POST', url: '/v1/events' })).statusCode).toBe(401);
});

test('a story of nobody does not exist', async () => {
  for (const who of [newId(), 'no@example.test', '%00'])
    expect((await local.app.inject(`/contacts/${who}/story`)).json()).toMatchObject({
      status: 404,
      code: 'VIV_CONTACT_UNKNOWN',
    });
});
