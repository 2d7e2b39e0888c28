import { MOST_BYTES, post } from '../../../src/activities/webhooks/post';
import { startHttpServer, type TestServer } from '../../support/http-server';

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.stop());

const send = (parts: Partial<Parameters<typeof post>[0]> = {}) =>
  post({
    url: `${server.url}/hook`,
    headers: { 'x-a': 'b' },
    body: '{"ã":1}',
    timeoutMs: 5_000,
    allowPrivate: true,
    ...parts,
  });

test('the body arrives as it is, and the answer is read', async () => {
  server.answer({ status: 201, body: '{"size":3}', headers: { 'retry-after': '7' } });
  expect(await send()).toEqual({ type: 'answered', status: 201, body: '{"size":3}', retryAfterMs: 7_000 });
  expect(server.received.at(-1)).toMatchObject({
    path: '/hook',
    body: '{"ã":1}',
    headers: { 'content-type': 'application/json', 'x-a': 'b', 'content-length': '8' },
  });
});

test('a redirect is not followed', async () => {
  const before = server.received.length;
  server.answer({ status: 307, headers: { location: `${server.url}/elsewhere` } });
  expect(await send()).toMatchObject({ type: 'answered', status: 307 });
  expect(server.received).toHaveLength(before + 1);
});

test('a large answer is not read to its end', async () => {
  server.answer({ status: 200, body: 'x'.repeat(MOST_BYTES + 1) });
  expect(await send()).toMatchObject({ status: 200, body: null });
  server.answer({ status: 200, body: 'x'.repeat(MOST_BYTES) });
  expect(await send()).toMatchObject({ status: 200, body: expect.stringMatching(/^x+$/) });
});

test('silence is a reply of its own after the timeout', async () => {
  server.answer('silent');
  expect(await send({ timeoutMs: 100 })).toEqual({
    type: 'unreachable',
    problem: expect.stringMatching(/^127.0.0.1:\d+ gave no whole answer within 0.1 s$/),
  });
});

test('so is a connection that ends, and nobody at the address', async () => {
  server.answer('hang up');
  expect(await send()).toMatchObject({ type: 'unreachable', problem: expect.stringContaining('cannot be reached') });
  expect(await send({ url: 'http://127.0.0.1:9/' })).toMatchObject({ type: 'unreachable' });
  expect(await send({ url: 'http://nowhere.invalid/' })).toMatchObject({ type: 'unreachable' });
});

test('this machine is not called unless the endpoint may stand there', async () => {
  const before = server.received.length;
  const { port } = new URL(server.url);
  for (const url of [server.url, `http://localhost:${port}/`, `http://[::1]:${port}/`])
    expect(await send({ url, allowPrivate: false })).toMatchObject({ type: 'forbidden' });
  expect(server.received).toHaveLength(before);
});
