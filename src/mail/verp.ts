import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';

/** What mail to such an address is about: the delivery of a send, an answer to it, or the wish to get no more. */
export type ReturnKind = 'bounce' | 'reply' | 'unsubscribe';

/** One send's address for what comes back. */
export interface ReturnAddress {
  readonly kind: ReturnKind;
  readonly sendId: string;
}

/** What an address says. `forged`: it is shaped like one of ours, and we did not make it. `foreign`: it is none of ours. */
export type ReadAddress =
  | ({ readonly type: 'ours' } & ReturnAddress)
  | { readonly type: 'forged' }
  | { readonly type: 'foreign' };

/** Words on the wire: one never changes its meaning, else answers to old mails would be taken for something else. */
const PREFIXES = { bounce: 'bounce', reply: 'reply', unsubscribe: 'unsub' } as const satisfies {
  readonly [K in ReturnKind]: string;
};
const KINDS = Object.keys(PREFIXES) as ReturnKind[]; // Object.keys forgets the names

/** RFC 4648 §6, in lower case: mail servers may change the case of a local part, and must not change its meaning. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const UUID_BYTES = 16;
/** Half of SHA-256, the least that RFC 2104 §5 lets one keep. */
const MAC_BYTES = 16;
/** Letters of 16 bytes: 128 bits by five. Prefix, `+`, id, `-`, MAC: 60 octets at most of the 64 of RFC 5321 §4.5.3.1.1. */
const LETTERS = 26;
const SHAPE = new RegExp(`^([${ALPHABET}]{${LETTERS}})-([${ALPHABET}]{${LETTERS}})$`);

/** `bounce+<send id>-<MAC>@domain`: where a server reports on this send. */
export function returnAddress(secret: string, domain: string, { kind, sendId }: ReturnAddress): string {
  const id = Buffer.from(parse(sendId));
  return `${PREFIXES[kind]}+${base32(id)}-${base32(macOf(secret, kind, id))}@${domain}`;
}

/** What an address stands for; upper and lower case are the same. The domain is not looked at. */
export function readReturnAddress(secret: string, address: string): ReadAddress {
  const [, prefix, rest = ''] = /^([a-z]+)\+([^@]*)@/i.exec(address) ?? [];
  const kind = KINDS.find((one) => PREFIXES[one] === prefix?.toLowerCase());
  if (!kind) return { type: 'foreign' };
  const [, idText = '', macText = ''] = SHAPE.exec(rest.toLowerCase()) ?? [];
  const id = bytesOf(idText, UUID_BYTES);
  const mac = bytesOf(macText, MAC_BYTES);
  // compared whatever the shape, so that the time says nothing of where it went wrong
  const isOurs = timingSafeEqual(macOf(secret, kind, id ?? NOTHING), mac ?? NOTHING);
  const sendId = id && uuidOf(id);
  return isOurs && mac && sendId ? { type: 'ours', kind, sendId } : { type: 'forged' };
}

/** The send whose return path an address is; null: it is no return path that we made. */
export function sendOfReturnPath(secret: string, address: string): string | null {
  const read = readReturnAddress(secret, address);
  return read.type === 'ours' && read.kind === 'bounce' ? read.sendId : null;
}

const NOTHING = Buffer.alloc(MAC_BYTES);

const keys = new Map<string, Buffer>();

/** A key of its own, derived once per secret: nothing that is signed elsewhere passes here, and the other way round. */
function keyOf(secret: string): Buffer {
  const known = keys.get(secret);
  if (known) return known;
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'viveiro return address 1', 32)); // RFC 5869
  keys.set(secret, key);
  return key;
}

function macOf(secret: string, kind: ReturnKind, id: Buffer): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${kind}|`).update(id).digest().subarray(0, MAC_BYTES);
}

function base32(bytes: Buffer): string {
  let bits = BigInt(`0x${bytes.toString('hex')}`) << 2n; // 130 bits: 26 letters of five
  let text = '';
  for (let letter = 0; letter < LETTERS; letter += 1) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text;
}

/** The bytes of 26 letters; undefined for anything else, and for a second spelling of the same bytes. */
function bytesOf(text: string, length: number): Buffer | undefined {
  if (text.length !== LETTERS) return undefined;
  const bits = [...text].reduce((sum, letter) => (sum << 5n) | BigInt(ALPHABET.indexOf(letter)), 0n);
  if ((bits & 3n) !== 0n) return undefined;
  return Buffer.from((bits >> 2n).toString(16).padStart(length * 2, '0'), 'hex');
}

/** Ids are UUIDs; other bytes were never a send. */
function uuidOf(bytes: Buffer): string | undefined {
  try {
    return stringify(bytes);
  } catch {
    return undefined;
  }
}
