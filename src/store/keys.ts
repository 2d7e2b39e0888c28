import { createHmac, hkdfSync } from 'node:crypto';
import { failure } from '../domain/errors';

/** Keys that never stand in the database: of hashes of addresses, and of the seals of consent chains. */
export interface StoreKeys {
  readonly address: Buffer;
  readonly chain: Buffer;
}

const KEY_BYTES = 32;

/** Both from one secret, by HKDF (RFC 5869): what is made with one says nothing of the other. */
export function keysFrom(secret: string): StoreKeys {
  const derived = (info: string) => Buffer.from(hkdfSync('sha256', secret, '', info, KEY_BYTES));
  return { address: derived('viveiro address hash 1'), chain: derived('viveiro consent chain 1') };
}

/** By the connection, or the transaction, that was given them. */
const known = new WeakMap<object, StoreKeys>();

export function giveKeys(owner: object, keys: StoreKeys | undefined): void {
  if (keys) known.set(owner, keys);
}

export const keysIfAny = (owner: object): StoreKeys | undefined => known.get(owner);

/** Throws VIV_CONFIG_INVALID where nobody has given any: a hash without its key would protect and find nobody. */
export function keysOf(owner: object): StoreKeys {
  const keys = known.get(owner);
  if (keys) return keys;
  const problem =
    'is needed for consents and suppressions; set it, or VIVEIRO_LINK_SECRET, as viveiro start has it, or run this on its data folder';
  throw failure('VIV_CONFIG_INVALID', { name: 'VIVEIRO_ADDRESS_KEY', problem });
}

/** HMAC-SHA256 of a normalised address, as hexadecimal digits: what a suppression keeps of somebody who was erased. */
export const addressHash = (owner: object, email: string): string =>
  createHmac('sha256', keysOf(owner).address).update(email).digest('hex');

/** HMAC-SHA256 under the key of the chains, as hexadecimal digits. */
export const sealOf = ({ chain }: StoreKeys, text: string): string =>
  createHmac('sha256', chain).update(text).digest('hex');
