import { mkdirSync } from 'node:fs';
import { readTemplates } from '../../src/mail/templates';
import { linkProblems } from '../../src/runtime/template-links';
import { testFiles } from '../support/files';
import { startHttpServer, type TestServer } from '../support/http-server';

const files = testFiles();
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.stop());

async function asked(links: readonly string[], options: Parameters<typeof linkProblems>[2]) {
  mkdirSync(files.path('hello'), { recursive: true });
  files.write('hello/en.md', `---\nsubject: Hi\n---\n${links.map((url) => `[x](${url})`).join('\n')}`);
  const problems = await linkProblems(await readTemplates(files.path('.')), ['hello'], options);
  return problems.map(({ severity, line, message }) => `${severity} ${line} ${message.replace(server.url, '')}`);
}
const here = { allowPrivate: true };

test('a page that is there is asked once, and no more is read of it', async () => {
  expect(await asked([`${server.url}/a`, `${server.url}/a`], here)).toEqual([]);
  expect(server.received.splice(0)).toMatchObject([{ path: '/a' }]);
});

test('one that is gone is an error with its line; one that keeps us out may be there', async () => {
  server.answer({ status: 405 }, { status: 404 });
  expect(await asked([`${server.url}/gone`], here)).toEqual(['error 4 /gone answers with 404']);
  server.answer({ status: 405 }, { status: 403 });
  expect(await asked([`${server.url}/kept`], here)).toEqual(['warning 4 /kept answers with 403']);
});

test('redirects are followed, and not for ever', async () => {
  const on = { status: 302, headers: { location: '/b' } } as const;
  server.answer(on, { status: 200 });
  expect(await asked([`${server.url}/a`], here)).toEqual([]);
  server.answer(on, on, on, on, on, on);
  expect(await asked([`${server.url}/a`], here)).toEqual(['error 4 /a gives no answer: it leads on more than 5 times']);
});

test('a server that is silent is not waited for', async () => {
  server.answer('silent');
  expect(await asked([`${server.url}/slow`], { ...here, timeoutMs: 100 })).toMatchObject([
    expect.stringMatching(/^error 4 \/slow gives no answer: .*(aborted|timeout)/),
  ]);
});

test('nobody is asked on this machine or in a private network', async () => {
  const before = server.received.length;
  expect(await asked([`${server.url}/a`, 'http://localhost/x'], {})).toEqual([
    'error 4 /a leads to this machine or a private network',
    'error 5 http://localhost/x leads to this machine or a private network',
  ]);
  expect(server.received).toHaveLength(before);
});
