import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate of this machine that vouches for itself, with its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/**
 * For localhost and 127.0.0.1, from 2020 to 2049 or `until` (YYMMDDhhmmssZ). Keys are made anew for each caller who brings none: none lies
 * anywhere.
 */
export function selfSigned({
  keys,
  until = '491231235959Z',
}: {
  readonly keys?: Keys;
  readonly until?: string;
} = {}): SelfSigned {
  const { privateKey, publicKey } = keys ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(set(sequence(oid(COMMON_NAME), der(UTF8, Buffer.from('localhost')))));
  const times = ['200101000000Z', until].map((time) => der(UTC_TIME, Buffer.from(time)));
  const hosts = sequence(der(DNS_NAME, Buffer.from('localhost')), der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])));
  const extensions = sequence(sequence(oid(SUBJECT_ALT_NAME), der(OCTETS, hosts)));
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  const algorithm = isRsa
    ? sequence(oid(SHA256_WITH_RSA), der(NULL, Buffer.alloc(0)))
    : sequence(oid(ECDSA_WITH_SHA256));
  const version = der(FIELD_0, der(INTEGER, Buffer.from([2]))); // X.509 version 3
  const serial = der(INTEGER, Buffer.from([1]));
  const told = sequence(version, serial, algorithm, name, sequence(...times), name, spki, der(FIELD_3, extensions));
  const signature = sign('sha256', told, privateKey);
  const whole = sequence(told, algorithm, der(BITS, Buffer.concat([Buffer.from([0]), signature])));
  return { cert: pem(whole), key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

// tags of ITU-T X.690 §8, and of RFC 5280 §4.1 and §4.2.1.6
const [INTEGER, BITS, OCTETS, NULL, OID, UTF8] = [0x02, 0x03, 0x04, 0x05, 0x06, 0x0c];
const [SEQUENCE, SET, UTC_TIME] = [0x30, 0x31, 0x17];
const [FIELD_0, FIELD_3, DNS_NAME, IP_ADDRESS] = [0xa0, 0xa3, 0x82, 0x87];
// 2.5.4.3, 2.5.29.17, 1.2.840.10045.4.3.2 and 1.2.840.113549.1.1.11
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const SHA256_WITH_RSA = '2a864886f70d01010b';

const der = (tag: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'));
const sequence = (...parts: readonly Buffer[]): Buffer => der(SEQUENCE, Buffer.concat(parts));
const set = (...parts: readonly Buffer[]): Buffer => der(SET, Buffer.concat(parts));

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
