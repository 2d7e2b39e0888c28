import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** What signs mails of a domain. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: KeyObject;
}

/** RFC 8301 §3.2: signers use at least 1024 bits, and should use 2048. */
const LEAST_BITS = 1024;
/** Fits into the answers of every name server, and no provider takes more. */
const BITS = 2048;

/** A new private key, as PEM (PKCS #8). */
export async function newDkimKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads a private key. Throws an Error that says what it is instead, and nothing of what stands in it. */
export function readDkimKey(pem: string): KeyObject {
  const key = privateKeyIn(pem);
  if (key.asymmetricKeyType !== 'rsa')
    throw new Error(`it is of type ${key.asymmetricKeyType}; receivers check rsa-sha256 alone reliably`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_BITS) throw new Error(`it has ${bits} bits, and receivers refuse keys below ${LEAST_BITS}`);
  return key;
}

function privateKeyIn(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // what OpenSSL says may quote the file
    throw new Error(
      pem.includes('PUBLIC KEY')
        ? 'it is the public key, not the private one'
        : 'it is no private key as PEM without a password',
    );
  }
}

/** Where receivers look for the public key. RFC 6376 §3.6.2.1. */
export const dkimName = ({ domain, selector }: Pick<DkimKey, 'domain' | 'selector'>): string =>
  `${selector}._domainkey.${domain}`;

/** What they must find there: the value of the TXT record. RFC 6376 §3.6.1. */
export function dkimRecord(privateKey: KeyObject): string {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return `v=DKIM1; k=rsa; p=${der.toString('base64')}`;
}

/** The public key of a record, to compare it with ours; undefined: there is none. Spaces count for nothing (RFC 6376 §3.2). */
export const publicKeyIn = (record: string): string | undefined =>
  /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1]?.replace(/\s/g, '');

/** The parts of which a TXT record's value is made: a string of it has 255 octets at most (RFC 1035 §3.3). */
export const txtStrings = (value: string): readonly string[] => value.match(/.{1,255}/g) ?? [];
