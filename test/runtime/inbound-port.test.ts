import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import nodemailer from 'nodemailer';
import { DEFAULT_INBOUND } from '../../src/domain/inbound/rules';
import type { Resolve } from '../../src/mail/inbound/check-sender';
import { createTransport } from '../../src/mail/transport';
import { isWithin } from '../../src/runtime/inbound/networks';
import {
  type InboundPort,
  type InboundPortOptions,
  refusalOf,
  startInboundPort,
} from '../../src/runtime/inbound/smtp-port';
import { startInbox } from '../../src/runtime/inbox/server';
import { connect as connectDb, disconnect } from '../../src/store/db';
import { listRefusals } from '../../src/store/refusals';
import { LINK_SECRET } from '../support/api';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aMailing, MAILING, mailDeps, sendMail } from '../support/mailing';
import { addressOf, aReport, aSent, aWritten, IN_DOMAIN } from '../support/returning';
import { selfSigned } from '../support/self-signed';

const database = testDatabase(10);
let port: InboundPort;
/** As refusals are counted. */
const mailed = { day: '2026-01-05', kind: 'mail', name: '' };
const problems: unknown[] = [];
/** Names of whoever writes in these tests: one domain, that sends from elsewhere, and wants forgeries to be turned away. */
const ZONE: { readonly [name: string]: string } = {
  'example.test': 'v=spf1 ip4:192.0.2.1 -all',
  '_dmarc.example.test': 'v=DMARC1; p=reject',
};
const resolve: Resolve = async (name, type) => {
  const text = type === 'TXT' ? ZONE[name] : undefined;
  if (text === undefined) throw Object.assign(new Error('nothing there'), { code: 'ENOTFOUND' });
  return [[text]];
};
const start = async (parts: Partial<InboundPortOptions> = {}) => {
  port = await startInboundPort({
    intake: { db: database.db, turn: MAILING, linkSecret: LINK_SECRET },
    domains: { bounce: IN_DOMAIN, reply: 'reply.viva.example' },
    host: '127.0.0.1',
    port: 0,
    maxBytes: 100_000,
    clock: () => MONDAY,
    resolve,
    onProblem: (problem) => problems.push(problem),
    ...parts,
  });
};
afterEach(async () => {
  await port.stop();
  problems.length = 0;
});

/** Delivers as any mail server would. */
async function deliver(to: string, source: string, from = '') {
  const transport = createTransport(port.url);
  const delivery = await transport.deliver({ from, to, source: Buffer.from(source) }, { onDispatch: async () => true });
  await transport.close();
  return delivery;
}

/** Says lines, and answers the reply to each. */
async function talk(...lines: readonly string[]): Promise<readonly string[]> {
  const { hostname, port: number } = new URL(port.url);
  const socket = connect(Number(number), hostname);
  const replies = createInterface(socket)[Symbol.asyncIterator]();
  const reply = async () => {
    for (;;) {
      const { value = '' } = await replies.next();
      if (!/^\d{3}-/.test(value)) return String(value);
    }
  };
  const heard = [await reply()];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    heard.push(await reply());
  }
  socket.destroy();
  await once(socket, 'close');
  return heard;
}

test('a report to a return path is kept before it is taken, and has its consequences', async () => {
  await start();
  const mail = await aSent(database.db);
  expect(await deliver(addressOf('bounce', mail.sendId), aReport(mail, { to: 'whoever@viva.example' }))).toMatchObject({
    type: 'accepted',
    response: expect.stringMatching(/^250 2\.0\.0 kept as /),
  });
  expect(await database.db.inbound.findMany({ where: { sendId: mail.sendId } })).toMatchObject([
    { way: 'smtp', kind: 'hard', standing: 'applied', knownBy: 'return_path', receivedAt: new Date(MONDAY) },
  ]);
  expect(await database.db.suppression.findFirst({ where: { email: mail.email } })).not.toBeNull();
  expect(problems).toEqual([]);
});

test('a mail goes out under its return path and with its Reply-To, and both lead home', async () => {
  await start();
  const folder = mkdtempSync(path.join(tmpdir(), 'viveiro-return-'));
  const inbox = await startInbox({ folder, host: '127.0.0.1' });
  const answerDomains = { bounce: IN_DOMAIN, reply: 'reply.viva.example', sendIdHeader: 'X-PM-Metadata-send' };
  const deps = mailDeps(database.db, inbox.smtpUrl, { answerDomains });
  const mailing = await aMailing(database.db);
  await sendMail(deps, mailing);
  const [{ from = '', id = 0 } = {}] = inbox.store.list({ offset: 0, limit: 1 }).messages;
  const { parsed: mail } = await inbox.store.read(id);
  await Promise.all([deps.transport.close(), inbox.stop()]);
  rmSync(folder, { recursive: true });
  expect(from).toBe(addressOf('bounce', mailing.request.key));
  expect(mail.from?.value).toEqual([{ name: 'Viva', address: 'viva@viva.example' }]);
  expect(mail.headers.get('x-pm-metadata-send')).toBe(mailing.request.key);
  const [{ address: replyTo = '' } = {}] = mail.replyTo?.value ?? [];
  expect(
    await deliver(replyTo, aWritten({ from: 'ana@elsewhere.example', to: replyTo }), 'ana@elsewhere.example'),
  ).toMatchObject({ type: 'accepted' });
  expect(await database.db.inbound.findMany({ where: { contactId: mailing.contactId } })).toMatchObject([
    { kind: 'reply', standing: 'applied', knownBy: 'return_path' },
  ]);
});

test('who wrote is found out by ourselves, whatever the head says of it; of a relay of ours the head is believed', async () => {
  const trustedRelays: string[] = [];
  const authenticity = { ...DEFAULT_INBOUND.authenticity, trustedServers: ['mx.viva.example'], trustedRelays };
  const inbound = { ...DEFAULT_INBOUND, authenticity };
  const turn = { ...MAILING, rules: { ...MAILING.rules, inbound } };
  await start({ intake: { db: database.db, turn, linkSecret: LINK_SECRET } });
  const mail = await aSent(database.db);
  const to = addressOf('reply', mail.sendId);
  const headers = ['Authentication-Results: mx.viva.example; dmarc=pass header.from=example.test'];
  const standingOf = async (text: string) => {
    await deliver(to, aWritten({ from: mail.email, to, headers, text }), mail.email);
    const rows = await database.db.inbound.findMany({ where: { sendId: mail.sendId }, orderBy: { id: 'desc' } });
    return [rows[0]?.standing, rows[0]?.details];
  };
  expect(await standingOf('a stranger')).toEqual([
    'kept',
    expect.objectContaining({
      authenticity: {
        verdict: 'contradicted',
        reason: 'DMARC failed: it is not from example.test',
        evidence: expect.stringMatching(/^in\.viva\.example; spf=fail .*; dmarc=fail \(p=REJECT\)/),
      },
    }),
  ]);
  trustedRelays.push('127.0.0.0/8');
  expect(await standingOf('a relay')).toEqual([
    'applied',
    expect.objectContaining({ authenticity: expect.objectContaining({ verdict: 'proven' }) }),
  ]);
});

test('networks of relays are read as they are written', () => {
  const networks = ['10.0.0.5', '192.168.7.0/24', 'fd00::/8'];
  for (const address of ['10.0.0.5', '::ffff:10.0.0.5', '192.168.7.200', 'fd12::1'])
    expect(isWithin(address, networks)).toBe(true);
  for (const address of ['10.0.0.6', '192.168.8.1', 'fe80::1', '', 'unknown'])
    expect(isWithin(address, networks)).toBe(false);
  expect(isWithin('10.0.0.5', [])).toBe(false);
});

// INV-FORGED-AT-THE-DOOR
test('a forged address and one that is not ours are refused at once, and counted', async () => {
  await start();
  const mail = await aSent(database.db);
  const forged = addressOf('bounce', mail.sendId).replace(/-.+@/, `-${'b'.repeat(26)}@`);
  const heard = await talk(
    'EHLO x',
    'MAIL FROM:<>',
    `RCPT TO:<${forged}>`,
    'RCPT TO:<hello@in.viva.example>',
    'RCPT TO:<ana@elsewhere.example>',
    'RCPT TO:<postmaster@IN.viva.example>',
    'QUIT',
  );
  expect(heard.slice(3, 7).map((line) => line.slice(0, 40))).toEqual([
    expect.stringMatching(/^550 5\.1\.1 VIV_INBOUND_FORGED/),
    expect.stringMatching(/^550 5\.1\.1 VIV_INBOUND_NO_ADDRESS/),
    expect.stringMatching(/^550 5\.1\.1 VIV_INBOUND_NO_ADDRESS/),
    expect.stringMatching(/^250/),
  ]);
  await port.stop();
  expect(await listRefusals(database.db, { since: 0 })).toEqual([
    { ...mailed, code: 'VIV_INBOUND_NO_ADDRESS', count: 2 },
    { ...mailed, code: 'VIV_INBOUND_FORGED', count: 1 },
  ]);
});

test('what is too large is refused, whether it says so or not', async () => {
  await start();
  const mail = await aSent(database.db);
  const to = addressOf('bounce', mail.sendId);
  const [, , said = ''] = await talk('EHLO x', 'MAIL FROM:<> SIZE=5000000', 'QUIT');
  expect(said).toMatch(/^552/);
  const body = `${'x'.repeat(990)}\r\n`.repeat(300);
  const heard = await talk('EHLO x', 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'DATA', `${body}.`, 'QUIT');
  expect(heard[5]).toMatch(/^552 5\.3\.4 VIV_INBOUND_TOO_LARGE/);
  expect(await database.db.inbound.count({ where: { sendId: mail.sendId } })).toBe(0);
});

test('what cannot be kept is asked for again', async () => {
  const db = connectDb('postgresql://nobody:secret@127.0.0.1:1/none', 1);
  await start({ intake: { db, turn: MAILING, linkSecret: LINK_SECRET } });
  const mail = await aSent(database.db);
  expect(await deliver(addressOf('bounce', mail.sendId), aReport(mail))).toMatchObject({
    type: 'put_off',
    response: expect.stringMatching(/^451 4\.3\.0/),
  });
  expect(problems).toHaveLength(1);
  await disconnect(db);
});

test('a port that is taken is told', async () => {
  await start();
  const taken = Number(new URL(port.url).port);
  const first = port;
  await expect(start({ port: taken })).rejects.toMatchObject({ code: 'VIV_PORT_IN_USE' });
  port = first;
});

describe('TLS', () => {
  const tls = selfSigned();
  const refusals = async () =>
    (await listRefusals(database.db, { since: 0, kind: 'mail' })).filter(({ code }) => code === 'VIV_INBOUND_PLAIN');

  /** Delivers a report as a mail server with TLS would: it trusts whom `ca` names. */
  async function deliverSecured(to: string, raw: string, ca?: string) {
    const { hostname: host, port: number } = new URL(port.url);
    const client = nodemailer.createTransport({ host, port: Number(number), requireTLS: true, tls: ca ? { ca } : {} });
    try {
      return await client.sendMail({ envelope: { from: '', to }, raw });
    } finally {
      client.close();
    }
  }

  /** Says the lines in one packet, and goes on under TLS. */
  async function secured(...lines: readonly string[]): Promise<TLSSocket> {
    const { hostname: host, port: number } = new URL(port.url);
    const socket = connect(Number(number), host);
    const replies = createInterface(socket)[Symbol.asyncIterator]();
    await replies.next();
    socket.write(lines.map((line) => `${line}\r\n`).join(''));
    for (let reply = ''; !reply.startsWith('220'); ) reply = String((await replies.next()).value);
    socket.removeAllListeners('data');
    const over = connectTls({ socket, ca: tls.cert, servername: 'localhost' });
    await once(over, 'secureConnect');
    return over;
  }

  test('a report over STARTTLS is kept; a client that knows nothing of the certificate says nothing of it', async () => {
    await start({ tls });
    const mail = await aSent(database.db);
    const to = addressOf('bounce', mail.sendId);
    await expect(deliverSecured(to, aReport(mail))).rejects.toThrow(/self-signed certificate/);
    expect(await database.db.inbound.count({ where: { sendId: mail.sendId } })).toBe(0);
    expect(await deliverSecured(to, aReport(mail), tls.cert)).toMatchObject({
      accepted: [to],
      response: expect.stringMatching(/^250 2\.0\.0 kept as /),
    });
    expect(await database.db.inbound.findMany({ where: { sendId: mail.sendId } })).toMatchObject([
      { way: 'smtp', kind: 'hard', standing: 'applied' },
    ]);
    expect(problems).toEqual([]);
  });

  test('is not asked of whoever comes without it, where it is only offered', async () => {
    await start({ tls });
    const mail = await aSent(database.db);
    const [, hello] = await talk('EHLO x', 'QUIT');
    expect(hello).toMatch(/^250 /);
    const heard = await talk('EHLO x', 'MAIL FROM:<>', `RCPT TO:<${addressOf('bounce', mail.sendId)}>`, 'QUIT');
    expect(heard[3]).toMatch(/^250/);
  });

  test('is not offered without a certificate', async () => {
    await start();
    expect((await talk('EHLO x', 'STARTTLS', 'QUIT'))[2]).toMatch(/^50\d/);
    await expect(deliverSecured(`fbl@${IN_DOMAIN}`, 'Subject: hello\r\n\r\nHello\r\n', tls.cert)).rejects.toThrow();
  });

  // INV-INBOUND-TLS
  test('where it is required, whoever comes without it is refused with a code before any address, and counted', async () => {
    await start({ tls, isTlsRequired: true });
    const mail = await aSent(database.db);
    const to = addressOf('bounce', mail.sendId);
    const heard = await talk('EHLO x', 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'DATA', 'QUIT');
    expect(heard[2]).toMatch(/^530 5\.7\.0 VIV_INBOUND_PLAIN: .*STARTTLS/);
    expect(heard.slice(3, 5).map((line) => line.slice(0, 3))).toEqual(['503', '503']);
    expect(await deliverSecured(to, aReport(mail), tls.cert)).toMatchObject({ accepted: [to] });
    await port.stop();
    expect(await refusals()).toEqual([{ ...mailed, code: 'VIV_INBOUND_PLAIN', count: 1 }]);
  });

  test('begins with nothing of what was said before it: commands that somebody put behind STARTTLS are not obeyed', async () => {
    await start({ tls });
    const over = await secured('EHLO x', 'STARTTLS', 'MAIL FROM:<evil@elsewhere.example>');
    const replies = createInterface(over)[Symbol.asyncIterator]();
    over.write('NOOP\r\nRCPT TO:<fbl@in.viva.example>\r\n');
    const heard = [String((await replies.next()).value), String((await replies.next()).value)];
    over.destroy();
    expect(heard.map((line) => line.slice(0, 3))).toEqual(['250', '503']); // no sender is known
  });
});

test('addresses are taken whatever their case, and only of the domains that are set', () => {
  const sendId = '0193b6a0-0000-7000-8000-0000000000aa';
  const known = { domains: { bounce: IN_DOMAIN }, secret: LINK_SECRET, addresses: ['fbl'] };
  expect(refusalOf(addressOf('bounce', sendId).toUpperCase(), known)).toBeUndefined();
  expect(refusalOf(`FBL@${IN_DOMAIN}`, known)).toBeUndefined();
  expect(refusalOf(addressOf('bounce', sendId).replace(IN_DOMAIN, 'other.example'), known)).toBe(
    'VIV_INBOUND_NO_ADDRESS',
  );
  expect(refusalOf('', known)).toBe('VIV_INBOUND_NO_ADDRESS');
});
