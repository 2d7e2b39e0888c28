import { createHmac, createPublicKey, verify } from 'node:crypto';
import type { SignatureRules } from '../../../domain/inbound/signature-rules';
import { isSameSecret } from '../../same-secret';
import { type Signed, signedBytes, staleSeconds, valueAt } from './message';

type Rules<T extends SignatureRules['type']> = Extract<SignatureRules, { type: T }>;

/** A header that only both sides know. */
export function sharedProblem({ header, prefix }: Rules<'shared'>, { secret, message }: Signed): string | undefined {
  const given = message.header(header.toLowerCase());
  return isSameSecret(`${prefix}${secret}`, given) ? undefined : `the header ${header} is not what was agreed`;
}

/** An HMAC over pieces of the message. */
export function hmacProblem(rules: Rules<'hmac'>, { secret, message, now }: Signed): string | undefined {
  const { at, of, algorithm, encoding, prefix, timestamp, tolerance } = rules;
  const given = valueAt(at, message);
  if (!given.startsWith(prefix) || given === prefix) return missing(at);
  const expected = createHmac(algorithm, secret).update(signedBytes(of, message)).digest(encoding);
  const said = given.slice(prefix.length);
  if (!isSameSecret(expected, encoding === 'hex' ? said.toLowerCase() : said)) return WRONG;
  return timestamp === undefined ? undefined : staleSeconds(valueAt(timestamp, message), now, tolerance);
}

/** A signature that the provider alone can make: ECDSA on P-256 with SHA-256, in DER and base64. */
export function ecdsaProblem(rules: Rules<'ecdsa'>, { message, now }: Signed): string | undefined {
  const { at, of, timestamp, tolerance, publicKeys } = rules;
  const given = Buffer.from(valueAt(at, message), 'base64');
  if (given.length === 0) return missing(at);
  const bytes = signedBytes(of, message);
  const isGood = publicKeys.some((text) => {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', bytes, { key, dsaEncoding: 'der' }, given);
  });
  return isGood ? staleSeconds(valueAt(timestamp, message), now, tolerance) : WRONG;
}

const missing = (at: string): string => `no signature at ${at}`;
const WRONG = 'the signature is wrong';
