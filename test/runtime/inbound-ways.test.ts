import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hookSchema } from '../../src/domain/inbound/hook-rules';
import { DEFAULT_INBOUND } from '../../src/domain/inbound/rules';
import { createTransport } from '../../src/mail/transport';
import { readConfig } from '../../src/runtime/config';
import { readFromAmazon } from '../../src/runtime/inbound/amazon';
import { startInboundWays } from '../../src/runtime/inbound/start';
import { requireHookSecrets } from '../../src/runtime/webhook-secrets';
import { LINK_SECRET } from '../support/api';
import { testDatabase } from '../support/database';
import { MAILING } from '../support/mailing';
import { IN_DOMAIN } from '../support/returning';
import { selfSigned } from '../support/self-signed';
import { aCertificate, TOPIC, WHSEC } from '../support/signing';

const database = testDatabase();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-ways-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const ways = (environment: { readonly [name: string]: string }, port = true) =>
  startInboundWays(readConfig({ HOME: folder, ...environment }), {
    intake: { db: database.db, turn: MAILING, linkSecret: LINK_SECRET },
    ways: { port },
  });

test('with nothing set no way in is opened; with a port and a domain, our own mail server is', async () => {
  const none = await ways({});
  expect(none.smtpUrl).toBeUndefined();
  await none.stop();
  const settings = { VIVEIRO_INBOUND_PORT: '0', VIVEIRO_BOUNCE_DOMAIN: IN_DOMAIN };
  const own = await ways(settings);
  expect(own.smtpUrl).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
  await own.stop();
  const beside = await ways(settings, false); // a worker beside another process
  expect(beside.smtpUrl).toBeUndefined();
  await beside.stop();
});

test.each([
  [{ VIVEIRO_INBOUND_PORT: '0' }, 'VIVEIRO_BOUNCE_DOMAIN'],
  [
    { VIVEIRO_INBOUND_PORT: '0', VIVEIRO_BOUNCE_DOMAIN: IN_DOMAIN, VIVEIRO_INBOUND_TLS_CERT: '/nowhere' },
    'VIVEIRO_INBOUND_TLS_KEY',
  ],
  [
    {
      VIVEIRO_INBOUND_PORT: '0',
      VIVEIRO_BOUNCE_DOMAIN: IN_DOMAIN,
      VIVEIRO_INBOUND_TLS_CERT: '/nowhere',
      VIVEIRO_INBOUND_TLS_KEY: '/nowhere',
    },
    '/nowhere cannot be read',
  ],
  [
    { VIVEIRO_INBOUND_PORT: '0', VIVEIRO_BOUNCE_DOMAIN: IN_DOMAIN, VIVEIRO_INBOUND_TLS: 'require' },
    'VIVEIRO_INBOUND_TLS_CERT and VIVEIRO_INBOUND_TLS_KEY',
  ],
])('%j is refused, and the message says what is missing', async (environment, told) => {
  await expect(ways(environment)).rejects.toMatchObject({
    code: 'VIV_CONFIG_INVALID',
    message: expect.stringContaining(told),
  });
});

test('TLS is required with a certificate and its own key, and with no other', async () => {
  const [own, other] = [selfSigned(), selfSigned()];
  const files = { cert: own.cert, key: own.key, other: other.key };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, `${name}.pem`), text);
  const settings = (key: string) => ({
    VIVEIRO_INBOUND_PORT: '0',
    VIVEIRO_BOUNCE_DOMAIN: IN_DOMAIN,
    VIVEIRO_INBOUND_TLS: 'require',
    VIVEIRO_INBOUND_TLS_CERT: path.join(folder, 'cert.pem'),
    VIVEIRO_INBOUND_TLS_KEY: path.join(folder, `${key}.pem`),
  });
  await expect(ways(settings('other'))).rejects.toMatchObject({
    code: 'VIV_CONFIG_INVALID',
    message: expect.stringContaining('no certificate with its key'),
  });
  const { smtpUrl = '', stop } = await ways(settings('key'));
  const transport = createTransport(smtpUrl, { tls: { mode: 'require', minVersion: 'TLSv1.3', ca: own.cert } });
  const mail = { from: '', to: `fbl@${IN_DOMAIN}`, source: Buffer.from('Subject: hello\r\n\r\nHello\r\n') };
  expect(await transport.deliver(mail, { onDispatch: async () => true })).toMatchObject({ type: 'accepted' });
  await transport.close();
  await stop();
});

test('a domain, a header or a mailbox that is none is refused', () => {
  for (const environment of [
    { VIVEIRO_BOUNCE_DOMAIN: 'not a domain' },
    { VIVEIRO_REPLY_DOMAIN: 'a@b.example' },
    { VIVEIRO_SEND_ID_HEADER: 'X-A\r\nBcc' },
    { VIVEIRO_INBOUND_IMAP_URL: 'https://x.example' },
  ])
    expect(() => readConfig({ HOME: folder, ...environment })).toThrow(
      expect.objectContaining({ code: 'VIV_CONFIG_INVALID' }),
    );
});

const withHook = (proof: object) => {
  const places = { id: ['id'], kind: ['event'], kinds: {}, send: ['send'], recipient: 'to' };
  return { ...DEFAULT_INBOUND, hooks: { x: hookSchema.parse({ ...proof, ...places }) } };
};

test('a provider without a secret is told before anything starts', () => {
  const rules = withHook({ secretEnv: 'VIVEIRO_WEBHOOK_X', signature: { type: 'shared', header: 'X-A' } });
  for (const secret of [undefined, 'short'])
    expect(() => requireHookSecrets(rules, { VIVEIRO_WEBHOOK_X: secret })).toThrow('VIVEIRO_WEBHOOK_X');
  expect(() => requireHookSecrets(rules, { VIVEIRO_WEBHOOK_X: 'long enough a secret' })).not.toThrow();
});

test('so is one whose secret or certificate is none; one that alone can sign needs no secret', () => {
  const standard = withHook({ secretEnv: 'VIVEIRO_WEBHOOK_X', signature: { type: 'standard' } });
  expect(() => requireHookSecrets(standard, { VIVEIRO_WEBHOOK_X: 'long enough a secret' })).toThrow('whsec_');
  expect(() => requireHookSecrets(standard, { VIVEIRO_WEBHOOK_X: WHSEC })).not.toThrow();
  const sns = (certificate: string) =>
    withHook({ signature: { type: 'sns', topics: [TOPIC], certificates: [certificate] } });
  expect(() => requireHookSecrets(sns(aCertificate()), {})).not.toThrow();
  expect(() => requireHookSecrets(sns(aCertificate().replace('MII', 'AAA')), {})).toThrow('no certificate');
});

test('what does not answer at Amazon is told, and nothing is waited for', async () => {
  await expect(readFromAmazon('https://127.0.0.1:1/x.pem')).rejects.toThrow(/ECONNREFUSED/);
});
