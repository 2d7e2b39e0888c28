import { generateKeyPairSync } from 'node:crypto';
import type { z } from 'zod';
import { isAmazonCertificate, isAmazonConfirmation } from '../../src/domain/inbound/amazon';
import { isP256Key } from '../../src/domain/inbound/p256-key';
import { signatureSchema } from '../../src/domain/inbound/signature-rules';
import { createCertificates } from '../../src/mail/inbound/signature/certificates';
import { proofOf } from '../../src/mail/inbound/signature/proof';
import type { CertificateAt } from '../../src/mail/inbound/signature/sns';
import { areSecrets, signatureHeaders } from '../../src/mail/standard-webhooks';
import { selfSigned } from '../support/self-signed';
import {
  aCertificate,
  anSns,
  CERTIFICATE_URL,
  ecdsaOf,
  PUBLIC_KEY,
  standardHeaders,
  TOPIC,
  WHSEC,
} from '../support/signing';

/** Of the specification's own libraries: https://github.com/standard-webhooks/standard-webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('a message is signed as the example of Standard Webhooks is', () => {
  expect(signatureHeaders(SECRET, MESSAGE)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

test('with two secrets each signs, so that a receiver may change from one to the other', () => {
  const both = signatureHeaders(`${OTHER} ${SECRET}`, MESSAGE)?.['webhook-signature'] ?? '';
  expect(both.split(' ')).toHaveLength(2);
  expect(both.split(' ')[1]).toBe(SIGNATURE);
});

test.each(['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_not base64 at all !', `${SECRET} nonsense`])(
  'nothing is signed with "%s"',
  (secret) => {
    expect(areSecrets(secret)).toBe(false);
    expect(signatureHeaders(secret, MESSAGE)).toBeUndefined();
  },
);

const NOON = Date.UTC(2026, 2, 2, 12);
const seconds = NOON / 1000;
const LATE = Date.UTC(2027, 6, 1);

type Rules = z.input<typeof signatureSchema>;
interface Case {
  readonly body: string;
  readonly headers?: { readonly [name: string]: string };
  readonly now?: number;
  readonly certificateAt?: CertificateAt;
}

/** What is made of a message; in short. */
async function proofFor(rules: Rules, { body, headers = {}, now = NOON, certificateAt = noCertificate }: Case) {
  const message = { body: Buffer.from(body), json: JSON.parse(body), header: (name: string) => headers[name] ?? '' };
  const proof = await proofOf(signatureSchema.parse(rules), { secret: WHSEC, message, now }, certificateAt);
  return proof.type === 'refused' ? proof.problem : proof.type;
}
const noCertificate = () => Promise.reject(new Error('none must be asked for'));

const STALE = 'it was signed too long ago, or in the future';
const WRONG = 'the signature is wrong';
const body = '{"a":"é"}';

describe('Standard Webhooks', () => {
  const good = standardHeaders(body, { id: 'msg_1', at: seconds });

  test.each([
    ['as it was signed', {}, good, 'proven'],
    [
      'under the names of Svix',
      { headers: 'svix' },
      standardHeaders(body, { id: 'm', at: seconds, begin: 'svix' }),
      'proven',
    ],
    ['under other names', { headers: 'svix' }, good, 'it lacks a header with id, time or signature'],
    ['with another id', {}, { ...good, 'webhook-id': 'msg_2' }, WRONG],
    ['with another time', {}, { ...good, 'webhook-timestamp': String(seconds + 1) }, WRONG],
    ['without a signature', {}, { ...good, 'webhook-signature': '' }, 'it lacks a header with id, time or signature'],
    ['of an hour ago', {}, standardHeaders(body, { id: 'm', at: seconds - 3_600 }), STALE],
    ['of an hour ahead', {}, standardHeaders(body, { id: 'm', at: seconds + 3_600 }), STALE],
    ['of no time', {}, standardHeaders(body, { id: 'm', at: Number.NaN }), STALE],
  ] as const)('a message %s', async (_name, more, headers, said) => {
    expect(await proofFor({ type: 'standard', ...more }, { body, headers })).toBe(said);
  });
});

test('a user and a password in the URL are a shared header, which must be all of it', async () => {
  const rules = { type: 'shared', header: 'Authorization', prefix: 'Basic ' } as const;
  const said = async (authorization: string) => proofFor(rules, { body, headers: { authorization } });
  expect(await said(`Basic ${WHSEC}`)).toBe('proven');
  for (const wrong of ['', 'Basic ', WHSEC, `Basic ${WHSEC} `, `basic ${WHSEC}`])
    expect(await said(wrong)).toBe('the header Authorization is not what was agreed');
});

describe('ECDSA on P-256', () => {
  const [at, timestamp] = ['header:X-Sig', 'header:X-Time'];
  const rules = { type: 'ecdsa' as const, at, of: [timestamp, 'body'], timestamp };
  const signed = (at: number, over = body) => ({ 'x-time': String(at), 'x-sig': ecdsaOf(`${at}${over}`) });
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

  test.each([
    ['as it was signed', [PUBLIC_KEY], signed(seconds), 'proven'],
    ['while the key is changed', [other, PUBLIC_KEY], signed(seconds), 'proven'],
    ['by another key', [other], signed(seconds), WRONG],
    ['over other bytes', [PUBLIC_KEY], signed(seconds, '{}'), WRONG],
    ['under another time', [PUBLIC_KEY], { ...signed(seconds), 'x-time': String(seconds + 1) }, WRONG],
    ['of an hour ago', [PUBLIC_KEY], signed(seconds - 3_600), STALE],
    ['with no signature', [PUBLIC_KEY], { 'x-time': String(seconds) }, 'no signature at header:X-Sig'],
    ['with garbage', [PUBLIC_KEY], { ...signed(seconds), 'x-sig': 'AAAA' }, WRONG],
  ] as const)('a message %s', async (_name, publicKeys, headers, said) => {
    expect(await proofFor({ ...rules, publicKeys: [...publicKeys] }, { body, headers })).toBe(said);
  });

  test('a key with one wrong letter is none, nor is one of another curve', () => {
    const point = PUBLIC_KEY.slice(0, 60) + (PUBLIC_KEY[60] === 'A' ? 'B' : 'A') + PUBLIC_KEY.slice(61);
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'der' });
    expect([PUBLIC_KEY, other, point, p384.toString('base64'), PUBLIC_KEY.slice(1), ''].map(isP256Key)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('Amazon SNS', () => {
  const sns = (parts: { readonly certificates?: string[] } = {}): Rules => ({ type: 'sns', topics: [TOPIC], ...parts });
  const pinned = sns({ certificates: [aCertificate()] });
  const text = (parts: object, at = NOON) => JSON.stringify({ ...anSns({}, { at }), ...parts });

  test.each([
    ['of version 1', JSON.stringify(anSns({ Subject: 'Hi' }, { at: NOON, version: '1' })), 'proven'],
    ['of version 2', text({}), 'proven'],
    ['with another text', text({ Message: 'bye' }), WRONG],
    ['with a subject that was not signed', text({ Subject: 'bye' }), WRONG],
    ['with no signature', text({ Signature: '' }), WRONG],
    [
      'of a topic that nobody named',
      JSON.stringify(anSns({ TopicArn: `${TOPIC}2` }, { at: NOON })),
      'its topic is not among the topics of the rules',
    ],
    ['of two hours ago', text({}, NOON - 7_200_000), STALE],
    ['of no time', JSON.stringify(anSns({ Timestamp: 'never' }, { at: NOON })), STALE],
    [
      'of another type',
      text({ Type: 'constructor' }),
      'it is no message of SNS in JSON; switch raw message delivery off',
    ],
    [
      'of another version',
      text({ SignatureVersion: 'constructor' }),
      'it is no message of SNS in JSON; switch raw message delivery off',
    ],
    ['that is a list', '[]', 'it is no message of SNS in JSON; switch raw message delivery off'],
    ['that asks', JSON.stringify(anSns({ Type: 'SubscriptionConfirmation' }, { at: NOON })), 'asks'],
    [
      'that asks, under another address',
      JSON.stringify({
        ...anSns({ Type: 'SubscriptionConfirmation' }, { at: NOON }),
        SubscribeURL: 'https://evil.example',
      }),
      WRONG,
    ],
  ])('a message %s', async (_name, whole, said) => {
    expect(await proofFor(pinned, { body: whole })).toBe(said);
  });

  test('a certificate that is over, of another key, or of no RSA key proves nothing', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const others = [aCertificate('260101000000Z'), selfSigned({ keys: other }).cert, selfSigned().cert];
    for (const pem of others) expect(await proofFor(sns({ certificates: [pem] }), { body: text({}) })).toBe(WRONG);
    const over = sns({ certificates: [aCertificate('270101000000Z')] });
    expect(await proofFor(over, { body: text({}) })).toBe('proven');
    expect(await proofFor(over, { body: text({}, LATE), now: LATE })).toBe(WRONG);
  });

  test('the certificate is fetched from SNS, once a day; a failure is not asked again for a minute', async () => {
    const asked: string[] = [];
    let [now, isUp] = [NOON, false];
    const read = async (url: string) => {
      asked.push(url);
      if (!isUp) throw new Error('down');
      return aCertificate();
    };
    const certificateAt = createCertificates({ read, clock: () => now });
    const proof = () => proofFor(sns(), { body: text({}), certificateAt });
    const unreachable = expect.objectContaining({ code: 'VIV_CERTIFICATE_UNREACHABLE' });
    await expect(proof()).rejects.toEqual(unreachable);
    isUp = true;
    await expect(proof()).rejects.toEqual(unreachable);
    now += 61_000;
    expect(await Promise.all([proof(), proof()])).toEqual(['proven', 'proven']);
    expect(asked).toEqual([CERTIFICATE_URL, CERTIFICATE_URL]);
    now += 86_400_001;
    await certificateAt(CERTIFICATE_URL);
    expect(asked).toHaveLength(3);
    for (let index = 0; index < 30; index += 1)
      await certificateAt(`${CERTIFICATE_URL}${index}`).catch(() => undefined);
    expect(asked.length).toBeLessThan(25);
  });

  test.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem',
    'https://evil.example/https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?x=1',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem#.pem',
    'https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/a/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/evil-bucket.pem',
    'https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://evil-sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.evil.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem\n',
    'https://169.254.169.254/SimpleNotificationService-1.pem',
    'file:///etc/passwd',
    '',
  ])('no certificate is asked for at %j', async (SigningCertURL) => {
    expect(await proofFor(sns(), { body: text({ SigningCertURL }) })).toBe(
      'it names a certificate that is not at Amazon SNS',
    );
  });

  test('addresses of SNS are known in all its regions, and those that confirm are no others', () => {
    for (const region of ['us-east-1', 'us-gov-west-1', 'ap-southeast-2', 'il-central-1'])
      expect(isAmazonCertificate(`https://sns.${region}.amazonaws.com/SimpleNotificationService-0a.pem`)).toBe(true);
    expect(isAmazonCertificate('https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0a.pem')).toBe(true);
    const { SubscribeURL = '' } = anSns({ Type: 'SubscriptionConfirmation' }, { at: NOON });
    expect(isAmazonConfirmation(SubscribeURL)).toBe(true);
    for (const url of [
      SubscribeURL.replace('ConfirmSubscription', 'DeleteTopic'),
      SubscribeURL.replace('amazonaws.com', 'amazonaws.com.evil.example'),
      SubscribeURL.replace('https', 'http'),
      SubscribeURL.replace('?', 'x?'),
      CERTIFICATE_URL,
    ])
      expect(isAmazonConfirmation(url)).toBe(false);
  });
});
