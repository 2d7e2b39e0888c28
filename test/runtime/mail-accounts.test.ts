import { generateKeyPairSync } from 'node:crypto';
import dns from 'node:dns';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { dkimRecord } from '../../src/mail/dkim-key';
import { type Environment, readConfig } from '../../src/runtime/config';
import { examine } from '../../src/runtime/doctor';
import { dkimFile, keyOf, outgoingOf } from '../../src/runtime/mail-accounts';
import { viveiro } from '../support/command';
import { testFiles } from '../support/files';
import { CA_FILE } from '../support/tls-smtp';

const files = testFiles();
const FROM = { VIVEIRO_MAIL_FROM: 'Viva <ola@viva.example>' };
const settings = (environment: Environment = {}) =>
  readConfig({ VIVEIRO_DATA_DIR: files.path('data'), ...FROM, ...environment });
const rules = (main: object) =>
  deliverySchema.parse({ accounts: { main: { urlEnv: 'VIVEIRO_SMTP_URL_MAIN', ...main } } });
const outgoing = (main: object, environment: Environment, more: Environment = {}) =>
  outgoingOf(settings(more), rules(main), environment);
const URL_SET = { VIVEIRO_SMTP_URL_MAIN: 'smtp://me:hush%40@mail.example:2525' };

let pem = '';
beforeAll(async () => {
  const words = ['dkim', 'create', '--domain', 'viva.example', '--selector', 's1'];
  await viveiro(words, { VIVEIRO_DATA_DIR: files.path('data') });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
});
afterEach(() => jest.restoreAllMocks());

/** Answers what stands in the zone; for all else there is nothing. */
function nameServer(zone: { readonly [name: string]: readonly string[] }): void {
  jest.spyOn(dns.promises, 'resolveTxt').mockImplementation(async (name) => {
    const texts = zone[name];
    if (texts) return texts.map((text) => [text.slice(0, 200), text.slice(200)]);
    throw Object.assign(new Error('not there'), { code: 'ENOTFOUND' });
  });
}

describe('what mail needs to leave', () => {
  test('without accounts the one relay takes all, signed where a selector is set', () => {
    expect(outgoingOf(settings(), undefined, {})).toEqual({ accounts: undefined, tls: undefined, dkim: undefined });
    const signed = settings({ VIVEIRO_DKIM_SELECTOR: 's1', VIVEIRO_SMTP_TLS: 'require' });
    expect(outgoingOf(signed, undefined, {})).toMatchObject({
      tls: { mode: 'require', minVersion: 'TLSv1.2' },
      dkim: { domain: 'viva.example', selector: 's1' },
    });
  });

  test('an account has its secrets from the environment, and all else from the rules', () => {
    const dkim = { domain: 'viva.example', selector: 's2', keyEnv: 'VIVEIRO_DKIM_PEM_MAIN' };
    const tls = { caFile: CA_FILE, minVersion: 'TLSv1.3' };
    const environment = { ...URL_SET, VIVEIRO_DKIM_PEM_MAIN: pem.replaceAll('\n', '\\n') };
    const { accounts } = outgoing({ dkim, tls, from: 'News <news@news.viva.example>', connections: 9 }, environment);
    expect(accounts).toEqual([
      {
        name: 'main',
        smtpUrl: URL_SET.VIVEIRO_SMTP_URL_MAIN,
        from: 'News <news@news.viva.example>',
        connections: 9,
        tls: { mode: 'require', minVersion: 'TLSv1.3', ca: expect.stringContaining('CERTIFICATE') },
        dkim: { domain: 'viva.example', selector: 's2', privateKey: expect.objectContaining({ type: 'private' }) },
      },
    ]);
  });

  const dkim = { domain: 'viva.example', selector: 's1' };
  test.each<[string, object, Environment, RegExp]>([
    ['no URL', {}, {}, /^VIVEIRO_SMTP_URL_MAIN: is not set; SMTP account "main"/],
    ['no URL at all', {}, { VIVEIRO_SMTP_URL_MAIN: 'mail hush' }, /^VIVEIRO_SMTP_URL_MAIN: must be a URL/],
    ['another protocol', {}, { VIVEIRO_SMTP_URL_MAIN: 'https://me:hush@a.example' }, /must be a URL like smtp/],
    ['TLS from the first byte over smtp', { tls: { mode: 'implicit' } }, URL_SET, /must begin with smtps/],
    ['no certificates', { tls: { caFile: '/nowhere.pem' } }, URL_SET, /caFile \/nowhere\.pem cannot be read: ENOENT/],
    [
      'no key',
      { dkim: { ...dkim, selector: 'none' } },
      URL_SET,
      /signs as none\._domainkey\.viva\.example .*no such file/,
    ],
    [
      'no key in the environment',
      { dkim: { ...dkim, keyEnv: 'VIVEIRO_DKIM_PEM_X' } },
      URL_SET,
      /VIVEIRO_DKIM_PEM_X: it is not set/,
    ],
    [
      'a signature of strangers',
      { dkim: { domain: 'evil.example', selector: 's1' } },
      URL_SET,
      /account "main": signs as "evil\.example" what comes from Viva <ola@viva\.example>/,
    ],
  ])('%s is told before anything starts, and no secret with it', (_, main, environment, told) => {
    const refused = () => outgoing(main, environment);
    expect(refused).toThrow(told);
    expect(refused).not.toThrow('hush');
  });

  test.each([
    ['is a public key', () => dkimPublic(), /it is the public key/],
    ['is no key', () => 'secret words', /it is no private key/],
    ['is of a kind that receivers do not check', () => pemOf('ed25519'), /it is of type ed25519/],
    ['is too short', () => pemOf(512), /it has 512 bits/],
  ])('a key that %s is refused, and nothing of it is said', (_, content, told) => {
    const keyFile = files.apart('key.pem', content());
    const refused = () => keyOf(settings(), { domain: 'viva.example', selector: 's1', keyFile });
    expect(refused).toThrow(told);
    expect(refused).not.toThrow(content().split('\n')[1] ?? 'secret');
  });
});

const dkimPublic = () =>
  generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
function pemOf(kind: 'ed25519' | number): string {
  const { privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: kind });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('viveiro dkim', () => {
  const environment = () => ({
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_SEQUENCES_DIR: files.path('sequences'),
    ...FROM,
  });
  const dkim = (...words: readonly string[]) => viveiro(['dkim', ...words], environment());

  test('create makes a key that its owner alone can read, says what to publish, and writes over none', async () => {
    const { exitCode, out } = await dkim('create', '--selector', 's9');
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /name {3}s9\._domainkey\.viva\.example\ntype {3}TXT\nvalue {2}v=DKIM1; k=rsa; p=[\w+/=]{392}\n/,
    );
    expect(out).not.toContain('PRIVATE');
    const file = dkimFile(files.path('data'), { domain: 'viva.example', selector: 's9' });
    expect([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
    const again = await dkim('create', '--selector', 's9');
    expect(again).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('VIV_DKIM_EXISTS: There is a key already'),
    });
    expect((await dkim('show', '--selector', 's9')).out).toBe(out);
    expect(await dkim('show', '--selector', 'none')).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining('VIV_DKIM_KEY'),
    });
    expect(await dkim('create', '--selector', '../x')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('not a selector'),
    });
    expect(await dkim('create', '--domain', 'a/b')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('not a domain'),
    });
  });

  test('show in JSON gives the record in strings of 255 octets at most', async () => {
    const { value, strings } = JSON.parse((await dkim('show', '--selector', 's1', '--json')).out);
    expect(strings.join('')).toBe(value);
    expect(strings.map(({ length }: string) => length <= 255)).toEqual([true, true]);
  });

  const check = async () => {
    const { exitCode, out } = await viveiro(['dkim', 'check', '--json'], {
      ...environment(),
      VIVEIRO_DKIM_SELECTOR: 's1',
    });
    const { records } = JSON.parse(out) as { records: { kind: string; status: string; fix: string }[] };
    return {
      exitCode,
      found: records.map(({ kind, status }) => `${kind} ${status}`),
      fixes: records.map(({ fix }) => fix),
    };
  };
  const RECORDS = {
    'viva.example': ['v=spf1 include:mail.example -all', 'other'],
    '_dmarc.viva.example': ['v=DMARC1; p=none'],
  };

  test('check finds what is published, and says what is not', async () => {
    const value = dkimRecord(keyOf(settings(), { domain: 'viva.example', selector: 's1' }).privateKey);
    nameServer({ ...RECORDS, 's1._domainkey.viva.example': [value] });
    expect(await check()).toEqual({ exitCode: 0, found: ['DKIM ok', 'SPF ok', 'DMARC ok'], fixes: ['', '', ''] });
    nameServer({
      ...RECORDS,
      's1._domainkey.viva.example': ['v=DKIM1; p=AAAA'],
      'viva.example': ['v=spf1 -all', 'v=spf1 ~all'],
    });
    expect((await check()).found).toEqual(['DKIM wrong', 'SPF wrong', 'DMARC ok']);
    nameServer({});
    expect(await check()).toMatchObject({
      exitCode: 3,
      found: ['DKIM missing', 'SPF missing', 'DMARC missing'],
      fixes: [`Publish it as TXT: ${value}`, expect.stringContaining('v=spf1'), expect.stringContaining('v=DMARC1')],
    });
    const { out } = await viveiro(['dkim', 'check'], environment());
    expect(out).toMatch(/SPF +viva\.example +missing +there is none\n/);
  });

  test('check says so when no name server answers', async () => {
    jest.spyOn(dns.promises, 'resolveTxt').mockRejectedValue(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    expect((await check()).found).toEqual(['DKIM unseen', 'SPF unseen', 'DMARC unseen']);
  });
});

describe('viveiro doctor', () => {
  const LIVE = { VIVEIRO_SMTP_URL: 'smtps://me:hush@relay.example', VIVEIRO_PUBLIC_URL: 'https://viva.example' };
  const mailOf = async (environment: Environment, outer: Environment = {}) => {
    const findings = await examine(settings({ VIVEIRO_SEQUENCES_DIR: files.path('sequences'), ...environment }), outer);
    return findings.filter(({ name }) => name.startsWith('mail'));
  };

  test('says how mail leaves, what is not published, and what of a key is wrong', async () => {
    nameServer({});
    expect(await mailOf({ ...LIVE, VIVEIRO_DKIM_SELECTOR: 's1' })).toMatchObject([
      { status: 'ok', detail: 'relay smtps://me:***@relay.example, signed by viva.example' },
      {
        status: 'warning',
        detail: expect.stringContaining('DKIM of s1._domainkey.viva.example: there is none; SPF of viva.example'),
      },
    ]);
    expect(await mailOf({ ...LIVE, VIVEIRO_PUBLIC_URL: 'http://viva.example' })).toMatchObject([
      { status: 'warning', detail: expect.stringContaining('not https'), fix: expect.stringContaining('RFC 8058') },
      { status: 'warning' },
    ]);
    const [mail] = await mailOf({ ...LIVE, VIVEIRO_DKIM_SELECTOR: 'gone' });
    expect(mail).toMatchObject({ status: 'missing', detail: expect.stringContaining('there is no such file') });
  });

  test('looks at accounts, their variables and their rules', async () => {
    nameServer({});
    mkdirSync(files.path('sequences/rules'), { recursive: true });
    const write = (text: string) => writeFileSync(files.path('sequences/rules/delivery.yaml'), text);
    write('accounts: { main: { urlEnv: VIVEIRO_SMTP_URL_MAIN, dkim: { domain: viva.example, selector: s1 } } }\n');
    const [lacking] = await mailOf(LIVE);
    expect(lacking).toMatchObject({
      status: 'missing',
      detail: expect.stringContaining('VIVEIRO_SMTP_URL_MAIN: is not set'),
    });
    const [both] = await mailOf(LIVE, URL_SET);
    expect(both).toMatchObject({
      status: 'warning',
      detail: 'account main mail.example:2525, signed by viva.example; VIVEIRO_SMTP_URL is not used beside them',
    });
    write('accounts: 5\n');
    const [wrong] = await mailOf(LIVE, URL_SET);
    expect(wrong).toMatchObject({ status: 'missing', detail: expect.stringContaining('is not a valid rule file') });
  });
});
