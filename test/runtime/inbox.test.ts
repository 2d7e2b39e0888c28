import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';

let folder: string;
let inbox: Inbox;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-inbox-'));
  inbox = await open();
});
afterEach(async () => {
  await inbox.stop();
  rmSync(folder, { recursive: true });
});

const open = () => startInbox({ folder, host: '127.0.0.1' });
const reopen = async () => {
  await inbox.stop();
  inbox = await open();
};

const send = (...messages: readonly object[]) => sendAll(messages);

/** Over one connection: the server greets each new one late. */
async function sendAll(messages: readonly object[]): Promise<void> {
  const transport = createTransport({ url: inbox.smtpUrl, pool: true, maxConnections: 1, maxMessages: Infinity });
  for (const parts of messages)
    await transport.sendMail({ from: 'Viva <viva@example.test>', to: 'ana@example.test', text: 'Oi', ...parts });
  transport.close();
}

const get = (address: string) => fetch(`${inbox.url}${address}`);

test('a message is kept with its envelope, its subject and its dates, and is still there after a restart', async () => {
  await send({
    subject: 'Olá, Ana – tudo bem?',
    date: new Date('2026-03-02T12:00:00Z'),
    messageId: '<one@example.test>',
  });
  await reopen();
  expect(inbox.store.list({ offset: 0, limit: 10 })).toEqual({
    total: 1,
    messages: [
      {
        id: 1,
        from: 'viva@example.test',
        to: ['ana@example.test'],
        subject: 'Olá, Ana – tudo bem?',
        messageId: '<one@example.test>',
        date: '2026-03-02T12:00:00.000Z',
        receivedAt: expect.any(String),
        bytes: expect.any(Number),
      },
    ],
  });
});

test('a message that comes twice is kept twice, so that duplicates can be counted', async () => {
  await send(...['one', 'one', 'two'].map((name) => ({ messageId: `<${name}@example.test>` })));
  expect(inbox.store.messageIds()).toEqual(['<one@example.test>', '<one@example.test>', '<two@example.test>']);
});

test('many senders at once lose nothing, and each message has its own number', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => send({ messageId: `<${index}@example.test>` })));
  await reopen();
  expect(new Set(inbox.store.messageIds()).size).toBe(50);
  const ids = inbox.store.list({ offset: 0, limit: 100 }).messages.map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
});

test('what a killed server had not acknowledged is gone, and its number is used again', async () => {
  await send({});
  writeFileSync(path.join(folder, '00000002.eml'), 'Subject: half');
  writeFileSync(path.join(folder, '00000002.json.new'), '{"id":');
  await reopen();
  await send({ subject: 'whole' });
  expect(inbox.store.count()).toBe(2);
  expect((await inbox.store.read(2)).summary.subject).toBe('whole');
});

test('a message above 25 MB is refused and not kept', async () => {
  const attachments = [{ content: Buffer.alloc(20 * 1024 * 1024) }]; // a third more in base64
  await expect(send({ attachments })).rejects.toMatchObject({ responseCode: 552 });
  expect(inbox.store.count()).toBe(0);
});

test('a listener hears of each message until it stops listening', async () => {
  const heard: string[] = [];
  const stopListening = inbox.store.onMessage(({ subject }) => heard.push(subject));
  await send({ subject: 'first' });
  stopListening();
  await send({ subject: 'second' });
  expect(heard).toEqual(['first']);
});

test('the list shows 50 a page, newest first, and finds by address and subject', async () => {
  const numbers = Array.from({ length: 51 }, (_, index) => index + 1);
  await send(...numbers.map((number) => ({ subject: `Mail ${number}`, to: `lead-${number}@example.test` })));
  const first = await (await get('/')).text();
  expect(first).toContain('Mail 51<');
  expect(first).not.toContain('Mail 1<');
  expect(await (await get('/?page=2')).text()).toContain('Mail 1<');
  expect(await (await get('/?search=LEAD-7@')).text()).toContain('1 message with');
  expect(await (await get('/api/messages?search=mail%2051')).json()).toMatchObject({
    total: 1,
    messages: [{ subject: 'Mail 51' }],
  });
});

test('markup in a message stays text in our pages, and its HTML runs in a sandbox', async () => {
  const evil = '<script>alert(1)</script>';
  await send({ subject: evil, text: evil, html: `<p>Olá</p>${evil}`, headers: { 'x-evil': evil } });
  for (const address of ['/', '/messages/1', ...['text', 'headers', 'source'].map((tab) => `/messages/1?tab=${tab}`)])
    expect(await (await get(address)).text()).not.toContain('<script>');
  expect(await (await get('/messages/1')).text()).toContain(
    '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"',
  );
  const body = await get('/messages/1/html');
  expect(await body.text()).toContain('<p>Olá</p>');
  expect(body.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups .*default-src 'none'/);
});

test('a message that is not there is a 404 with a message for people', async () => {
  for (const address of ['/messages/7', '/messages/x', '/api/messages/7', '/messages/7/html']) {
    const answer = await get(address);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringMatching(/^Message \d+ does not exist/)]);
  }
});

test('a second inbox on the same port says which port is taken', async () => {
  const smtpPort = Number(new URL(inbox.smtpUrl).port);
  const other = mkdtempSync(path.join(tmpdir(), 'viveiro-inbox-'));
  await expect(startInbox({ folder: other, host: '127.0.0.1', smtpPort })).rejects.toMatchObject({
    code: 'VIV_PORT_IN_USE',
  });
  rmSync(other, { recursive: true });
});
