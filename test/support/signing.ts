import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { selfSigned } from './self-signed';

/** A secret as Standard Webhooks has it. */
export const WHSEC = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The three headers of Standard Webhooks, made by hand. */
export function standardHeaders(
  body: string,
  o: { readonly id: string; readonly at: number; readonly begin?: string },
) {
  const { id, at, begin = 'webhook' } = o;
  const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(`${id}.${at}.${body}`).digest('base64');
  return {
    [`${begin}-id`]: id,
    [`${begin}-timestamp`]: String(at),
    [`${begin}-signature`]: `v1a,AAAA v1,${signature}`,
  };
}

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** As SendGrid shows it. */
export const PUBLIC_KEY = p256.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
export const ecdsaOf = (bytes: string): string =>
  sign('sha256', Buffer.from(bytes), p256.privateKey).toString('base64');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Of the key that SNS signs with here. */
export const aCertificate = (until?: string): string => selfSigned({ keys: rsa, ...(until ? { until } : {}) }).cert;

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:mail-events';
export const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem';
const CONFIRM_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f`;

interface Fields {
  readonly [field: string]: string;
}

/** A message of Amazon SNS, signed. */
export function anSns(
  parts: Fields,
  { at, version = '2' }: { readonly at: number; readonly version?: '1' | '2' },
): Fields {
  const { Type = 'Notification' } = parts;
  const asks: Fields = Type === 'Notification' ? {} : { SubscribeURL: CONFIRM_URL, Token: '2336412f' };
  const signed: Fields = {
    ...asks,
    Message: 'hello',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    Timestamp: new Date(at).toISOString(),
    TopicArn: TOPIC,
    Type,
    ...parts,
  };
  const canonical = Object.keys(signed)
    .toSorted()
    .map((name) => `${name}\n${signed[name]}\n`)
    .join('');
  const algorithm = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return {
    ...signed,
    SignatureVersion: version,
    Signature: sign(algorithm, Buffer.from(canonical), rsa.privateKey).toString('base64'),
    SigningCertURL: CERTIFICATE_URL,
  };
}
