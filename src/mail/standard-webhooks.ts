import { createHmac } from 'node:crypto';
import { isSameSecret } from './same-secret';

export interface SignedMessage {
  /** The same for every try of one message. */
  readonly id: string;
  /** Of this try (s since 1970, UTC): receivers refuse what is minutes old. */
  readonly timestamp: number | string;
  readonly body: string;
}

const PREFIX = 'whsec_';
/** The specification asks for 24 to 64 bytes. */
const FEWEST_BYTES = 24;

/**
 * The headers by which the receiver knows that a message is ours, as Standard Webhooks says
 * (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme"). `secrets`: one, or for the time of a change the
 * old and the new one with a space between; each signs. Undefined: they are none that can sign.
 */
export function signatureHeaders(
  secrets: string,
  message: SignedMessage,
): { readonly [header: string]: string } | undefined {
  const signatures = signaturesOf(secrets, message);
  if (signatures.length === 0) return undefined;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** Whether every secret in it can sign. */
export const areSecrets = (secrets: string): boolean =>
  signaturesOf(secrets, { id: '', timestamp: 0, body: '' }).length > 0;

/** What is wrong with a message of another system that is signed like ours; undefined: one of its signatures is good. */
export function standardProblem(
  secrets: string,
  {
    id = '',
    timestamp = '',
    body,
    signatures = '',
  }: {
    readonly id: string | undefined;
    readonly timestamp: string | undefined;
    readonly body: string;
    readonly signatures: string | undefined;
  },
): string | undefined {
  if (id === '' || timestamp === '' || signatures === '') return 'it lacks a header with id, time or signature';
  const good = signaturesOf(secrets, { id, timestamp, body });
  const given = signatures.split(' ').slice(0, MOST_SIGNATURES);
  return given.some((one) => good.some((expected) => isSameSecret(expected, one)))
    ? undefined
    : 'the signature is wrong';
}

const MOST_SIGNATURES = 10;

/** One for each secret; none where one of them is none. */
function signaturesOf(secrets: string, { id, timestamp, body }: SignedMessage): readonly string[] {
  const keys = secrets.split(/\s+/).filter(Boolean).map(keyIn);
  const signatures = keys.flatMap((key) =>
    key ? [`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`] : [],
  );
  return signatures.length < keys.length ? [] : signatures;
}

function keyIn(secret: string): Buffer | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  return key.length >= FEWEST_BYTES ? key : undefined;
}
