import { createHmac } from 'node:crypto';

export interface SignedMessage {
  /** The same for every try of one message. */
  readonly id: string;
  /** Of this try (s since 1970, UTC): receivers refuse what is minutes old. */
  readonly timestamp: number;
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
  { id, timestamp, body }: SignedMessage,
): { readonly [header: string]: string } | undefined {
  const keys = secrets.split(/\s+/).filter(Boolean).map(keyIn);
  const signatures = keys.flatMap((key) =>
    key ? [`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`] : [],
  );
  if (signatures.length === 0 || signatures.length < keys.length) return undefined;
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

/** Whether every secret in it can sign. */
export const areSecrets = (secrets: string): boolean =>
  signatureHeaders(secrets, { id: '', timestamp: 0, body: '' }) !== undefined;

function keyIn(secret: string): Buffer | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  return key.length >= FEWEST_BYTES ? key : undefined;
}
