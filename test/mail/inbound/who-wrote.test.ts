import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { dkimSign } from 'mailauth/lib/dkim/sign';
import { authenticationResultsIn } from '../../../src/domain/inbound/authentication-results';
import { authenticityIn } from '../../../src/domain/inbound/authenticity';
import { doubtAbout } from '../../../src/domain/inbound/authenticity-rules';
import { dkimSignature } from '../../../src/mail/dkim';
import { type Brought, checkSender, type Resolve } from '../../../src/mail/inbound/check-sender';
import { parseMessage } from '../../../src/mail/inbound/parse';
import { aWritten } from '../../support/returning';

const OURS = 'mx.viva.example';
const FROM = 'Ana <ana@terraverde.example>';
const PASS = `${OURS}; dmarc=pass header.from=terraverde.example`;
const RESULTS = 'Authentication-Results';

/** What is made of a mail with these lines on top, where our own server is trusted. */
const verdictOf = async (lines: readonly string[], { from = FROM, trusted = [OURS] } = {}) => {
  const message = await parseMessage(Buffer.from([...lines, aWritten({ from })].join('\r\n')));
  return authenticityIn(message, trusted);
};
const told = (...results: readonly string[]) => results.map((result) => `${RESULTS}: ${result}`);

describe('what a server of ours says of who wrote', () => {
  test.each([
    ['DMARC passed', PASS, 'proven'],
    [
      'in other letters, with version and comments',
      `MX.Viva.Example 1 ; (a (b) "c;) dmarc = pass (p=REJECT) header . from=TerraVerde.example`.replace('"c;', 'c\\)'),
      'proven',
    ],
    [
      'with a reason in quotation marks',
      `${OURS}; dmarc=pass reason="a; b=\\"c\\" (d" header.from=terraverde.example`,
      'proven',
    ],
    [
      'DMARC of the domain above',
      `${OURS}; dmarc=pass header.from=terraverde.example`,
      'proven',
      'a@news.terraverde.example',
    ],
    [
      'DKIM of that domain, and nothing of DMARC',
      `${OURS}; dkim=pass header.d=terraverde.example; dmarc=none header.from=terraverde.example`,
      'proven',
    ],
    ['DKIM by header.i', `${OURS}; dkim=fail header.i=@x.example; dkim=pass header.i=@terraverde.example`, 'proven'],
    ['SPF of that domain', `${OURS}; spf=pass smtp.mailfrom=bounce@terraverde.example`, 'proven'],
    [
      'an address in letters of its country',
      `${OURS}; dmarc=pass header.from=xn--jos-dma.example`,
      'proven',
      'a@josé.example',
    ],
    [
      'DMARC failed',
      `${OURS}; dmarc=fail (p=REJECT sp=NONE) header.from=terraverde.example; spf=pass smtp.mailfrom=terraverde.example`,
      'contradicted',
    ],
    [
      'DMARC failed, of which the domain wants nothing to follow',
      `${OURS}; dmarc=fail (p=NONE) header.from=terraverde.example`,
      'unproven',
    ],
    ['DMARC passed of another domain', `${OURS}; dmarc=pass header.from=evil.example`, 'unproven'],
    ['DMARC passed of a domain that ends alike', `${OURS}; dmarc=pass header.from=verde.example`, 'unproven'],
    ['DMARC passed of a whole country', `${OURS}; dmarc=pass header.from=example`, 'unproven'],
    ['DMARC passed of a domain below', `${OURS}; dmarc=pass header.from=a.terraverde.example`, 'unproven'],
    ['DKIM of another domain', `${OURS}; dkim=pass header.d=evil.example`, 'unproven'],
    ['SPF of another domain', `${OURS}; spf=pass smtp.mailfrom=evil.example`, 'unproven'],
    ['an error', `${OURS}; dmarc=temperror header.from=terraverde.example`, 'unproven'],
    ['nothing', `${OURS}; none`, 'unproven'],
    [
      'methods that we do not know',
      `${OURS}; arc=pass header.d=terraverde.example; auth=pass smtp.auth=terraverde.example`,
      'unproven',
    ],
    ['of nobody', `${OURS}; dmarc=pass`, 'unproven'],
  ])('%s', async (_name, result, verdict, from = FROM) => {
    expect(await verdictOf(told(result), { from })).toMatchObject({ verdict, evidence: expect.stringContaining(';') });
  });

  test('is read across folded lines', async () => {
    const folded = [
      `${RESULTS}: ${OURS};`,
      '\tspf=none',
      '   (no',
      '\t record) smtp.mailfrom=x.example;',
      '\tdmarc=pass',
      '\theader.from=terraverde.example',
    ];
    expect(await verdictOf(folded)).toMatchObject({ verdict: 'proven', reason: 'DMARC passed for terraverde.example' });
  });
});

// INV-FORGED-RESULTS-IGNORED
describe('what whoever wrote the mail says of it', () => {
  const NONE = `${OURS}; dmarc=none header.from=terraverde.example`;

  test.each([
    ['in the name of another server', told('mx.evil.example; dmarc=pass header.from=terraverde.example')],
    ['in a name like ours', told(`${OURS}.evil.example; dmarc=pass header.from=terraverde.example`)],
    ['in our name, below what we say', told(NONE, PASS)],
    ['in our name, many times', told(NONE, ...Array.from({ length: 400 }, () => PASS))],
    ['in our name, between others', told('mx.other.example; none', NONE, 'mx.other.example; none', PASS)],
    ['below what we failed to write', told(`${OURS}; spf=fail (no end`, PASS)],
    ['below an end that is missing', told(`${OURS}; spf=fail smtp.mailfrom="no end`, PASS)],
    ['below one that is too long', told(`${OURS}; spf=fail (${'x'.repeat(9_000)}) smtp.mailfrom=a`, PASS)],
    [
      'within a comment of ours',
      told(`${OURS}; spf=fail (; dmarc=pass header.from=terraverde.example) smtp.mailfrom=x.example`),
    ],
    [
      'within a quoted value of ours',
      told(`${OURS}; spf=fail smtp.mailfrom="x; dmarc=pass header.from=terraverde.example"@x.example`),
    ],
    [
      'within a quoted value, with marks of its own',
      told(`${OURS}; spf=fail smtp.mailfrom="x\\"; dmarc=pass header.from=terraverde.example"@x.example`),
    ],
    [
      'as a result beside ours',
      told(`${OURS}; dmarc=fail (p=NONE) header.from=terraverde.example; dmarc=pass header.from=terraverde.example`),
    ],
    ['under another name of the field', [`X-${RESULTS}: ${PASS}`, `ARC-${RESULTS}: i=1; ${PASS}`]],
    ['with no name of a server', told('dmarc=pass header.from=terraverde.example')],
    ['with two names of the author', [...told(PASS), 'From: Eve <eve@evil.example>']],
  ])('%s proves nothing', async (_name, lines) => {
    expect((await verdictOf(lines)).verdict).not.toBe('proven');
  });

  test('with two authors in one field proves nothing', async () => {
    const from = 'Ana <ana@terraverde.example>, Eve <eve@terraverde.example>';
    expect((await verdictOf(told(PASS), { from })).verdict).toBe('unproven');
  });

  test('proves nothing where no server is trusted, whatever stands there', async () => {
    const word = fc.constantFrom(
      PASS,
      OURS,
      '; dmarc=pass',
      ' header.from=terraverde.example',
      '"',
      '(',
      ')',
      '\\',
      ';',
      '=',
      '\r\n\t',
      'é',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
        expect((await verdictOf(told(words.join('')), { trusted: [] })).verdict).toBe('unproven');
        const below = await verdictOf(told(NONE, words.join('')));
        expect(below.verdict).toBe('unproven');
      }),
      { numRuns: 30 },
    );
  });

  test('never makes the reader fail, or keeps it busy', () => {
    const piece = fc.oneof(
      fc.constantFrom(PASS, OURS, ';', '(', ')', '"', '\\', '=', '.', '/', ' ', 'dkim=pass', 'header.d='),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const read = authenticationResultsIn(pieces.join(''));
        for (const { method, result } of read?.results ?? []) expect(`${method}${result}`).toMatch(/^[a-z0-9-]+$/);
      }),
      { numRuns: 300 },
    );
    for (const base of ['(', '"', '\\', ';', ' ', '= ', 'a.', 'dkim=pass ', '(a)', '""', 'a/1=']) {
      const started = process.hrtime.bigint();
      authenticationResultsIn(base.repeat(3_000 / base.length));
      expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1_000);
    }
  });
});

describe('what our own port finds out by itself', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { domain: 'terraverde.example', selector: 's1', privateKey };
  const ZONE: { readonly [name: string]: string } = {
    'terraverde.example': 'v=spf1 ip4:192.0.2.10 -all',
    'evil.example': 'v=spf1 ip4:198.51.100.66 -all',
    's1._domainkey.terraverde.example': `v=DKIM1; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    '_dmarc.terraverde.example': 'v=DMARC1; p=reject',
    'bare.example': 'v=spf1 ip4:192.0.2.10 -all',
    '_dmarc.lax.example': 'v=DMARC1; p=none',
  };
  const resolve: Resolve = async (name, type) => {
    const text = type === 'TXT' ? ZONE[name.toLowerCase()] : undefined;
    if (text === undefined) throw Object.assign(new Error('nothing there'), { code: 'ENOTFOUND' });
    return [[text]];
  };
  const OWN = { ip: '192.0.2.10', from: 'ana@terraverde.example' };
  const EVIL = { ip: '198.51.100.66', from: 'x@evil.example' };

  const found = async (
    source: string | Buffer,
    o: Partial<Brought>,
    checks = { resolve, server: OURS, patienceMs: 5_000 },
  ) => {
    const bytes = Buffer.from(source);
    const message = await parseMessage(bytes);
    return checkSender(checks, { source: bytes, message, helo: 'mail.x.example', ...OWN, ...o });
  };
  const mail = (from = FROM) => aWritten({ from });
  const signedMail = async () => `${await dkimSignature(Buffer.from(mail()), key)}${mail()}`;

  test.each([
    ['from where the domain sends', mail(), OWN, 'proven'],
    ['from elsewhere', mail(), EVIL, 'contradicted'],
    ['from elsewhere, with the null sender', mail(), { ...EVIL, from: '' }, 'contradicted'],
    ['from where the domain sends, by IPv6', mail(), { ...OWN, ip: '::ffff:192.0.2.10' }, 'proven'],
    [
      'of a domain without DMARC, from where it sends',
      mail('a@bare.example'),
      { ...OWN, from: 'a@bare.example' },
      'proven',
    ],
    ['of a domain without DMARC, from elsewhere', mail('a@bare.example'), EVIL, 'unproven'],
    ['of a domain that wants nothing to follow', mail('a@lax.example'), EVIL, 'unproven'],
    ['that says by itself that it is proven', `${RESULTS}: ${PASS}\r\n${mail()}`, EVIL, 'contradicted'],
  ])('a mail %s', async (_name, source, by, verdict) => {
    expect(await found(source, by)).toMatchObject({ verdict });
  });

  test('a signature proves it wherever it comes from; a changed mail and a part that is not signed do not', async () => {
    const good = await signedMail();
    expect(await found(good, EVIL)).toMatchObject({
      verdict: 'proven',
      reason: 'DKIM passed for terraverde.example',
      evidence: expect.stringMatching(/^mx\.viva\.example; spf=pass .*; dkim=pass .*; dmarc=pass /),
    });
    expect(await found(good.replace('Quanto', 'Nada'), EVIL)).toMatchObject({ verdict: 'contradicted' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const beginning = { signingDomain: key.domain, selector: key.selector, privateKey: pem, maxBodyLength: 5 };
    const { signatures } = await dkimSign(mail(), { ...beginning, signatureData: [beginning] });
    expect(await found(`${signatures}${mail()}`, EVIL)).toMatchObject({
      verdict: 'contradicted',
      evidence: expect.stringContaining('undersized signature'),
    });
  });

  test('what cannot be found out, or not in time, proves nothing', async () => {
    const broken = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ETIMEOUT' }));
    expect(await found(mail(), OWN, { resolve: broken, server: OURS, patienceMs: 5_000 })).toMatchObject({
      verdict: 'unproven',
    });
    const never = () => new Promise<string[]>(() => undefined);
    expect(await found(mail(), OWN, { resolve: never, server: OURS, patienceMs: 20 })).toMatchObject({
      verdict: 'unproven',
      reason: 'its checks took too long',
    });
    const many = 'DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=a; b=b\r\n'.repeat(11);
    expect(await found(`${many}${mail()}`, OWN)).toMatchObject({ reason: 'it has more than 10 signatures' });
  });

  test('whatever bytes come, nothing is thrown', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        mail(),
        'DKIM-Signature: v=1; a=rsa-sha256; d=x; s=s; h=from; bh=; b=\r\n',
        'ARC-Seal: i=1; cv=none\r\n',
        'From: \r\n',
        '\r\n',
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.string({ maxLength: 30 }), async (pieces, from) => {
        const source = Buffer.from(pieces.join(''));
        const message = await parseMessage(source);
        const checks = { resolve, server: OURS, patienceMs: 5_000 };
        const { verdict } = await checkSender(checks, { source, message, ip: 'nothing', helo: from, from });
        expect(['proven', 'unproven', 'contradicted']).toContain(verdict);
      }),
      { numRuns: 30 },
    );
  });
});

test('which replies count at once', () => {
  const rules = (replies: 'known' | 'proven' | 'all') => ({ trustedServers: [], trustedRelays: [], replies });
  const counts = (replies: 'known' | 'proven' | 'all') =>
    (['proven', 'unproven', 'contradicted'] as const).flatMap((verdict) =>
      (['return_path', 'reference', 'recipient'] as const).map(
        (by) => doubtAbout(rules(replies), { by, authenticity: { verdict, reason: 'r', evidence: '' } }) === undefined,
      ),
    );
  expect(counts('known')).toEqual([true, true, true, true, true, false, false, false, false]);
  expect(counts('proven')).toEqual([true, true, true, false, false, false, false, false, false]);
  expect(new Set(counts('all'))).toEqual(new Set([true]));
});
