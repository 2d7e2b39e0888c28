import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { failure } from '../domain/errors';

/** What a signed link stands for. */
export type LinkPayload =
  /**
   * `id`: of the link for a click; of the send for the others: to unsubscribe, to be called, to confirm a double opt-in, to choose what one gets, the link that no person sees, the picture
   * that tells of being opened; of the click for a visit, by which a site learns whose browser it is.
   */
  | {
      readonly kind: 'click' | 'unsubscribe' | 'call' | 'trap' | 'open' | 'visit' | 'confirm' | 'preferences';
      readonly id: string;
    }
  /** `id`: of the handoff that this rep may answer. */
  | { readonly kind: 'handoff'; readonly id: string; readonly repId: string };

/** The parameter by which a link tells our own sites whose browser it is. */
export const VISIT_PARAMETER = 'viveiro';

const VERSION = 1;
/** Bytes on the wire: a letter never changes its meaning, else old mails would do what they did not say. */
const KINDS = {
  click: 'c',
  unsubscribe: 'u',
  call: 'p',
  handoff: 'h',
  trap: 't',
  open: 'o',
  visit: 'v',
  confirm: 'y',
  preferences: 'm',
} as const satisfies {
  readonly [K in LinkPayload['kind']]: string;
};
const UUID_BYTES = 16;
/** Half of SHA-256, the least that RFC 2104 §5 lets one keep. */
const MAC_BYTES = 16;
const HEAD_BYTES = 2;

/** A token for a URL: letters, digits, `-` and `_`, at most 68 of them. Ids must be UUIDs. */
export function signLink(secret: string, payload: LinkPayload): string {
  const ids = payload.kind === 'handoff' ? [payload.id, payload.repId] : [payload.id];
  const body = Buffer.concat([Buffer.from([VERSION]), Buffer.from(KINDS[payload.kind]), ...ids.map((id) => parse(id))]);
  return Buffer.concat([body, macOf(secret, body)]).toString('base64url');
}

/** What a token stands for. Throws VIV_LINK_FORGED for whatever `signLink` did not make with this secret. */
export function readLink(secret: string, token: string): LinkPayload {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES));
  const isOurs =
    bytes.toString('base64url') === token && // one spelling only: decoding forgives stray letters and bits
    timingSafeEqual(macOf(secret, body), padded(bytes.subarray(body.length)));
  const payload = isOurs ? payloadOf(body) : undefined;
  if (!payload) throw failure('VIV_LINK_FORGED', {});
  return payload;
}

/** The prefix keeps these apart from everything else that is signed with the same secret; the body begins with its kind. */
function macOf(secret: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update('link|').update(body).digest().subarray(0, MAC_BYTES);
}

const padded = (mac: Buffer): Buffer => Buffer.concat([mac, Buffer.alloc(MAC_BYTES)]).subarray(0, MAC_BYTES);

function payloadOf(body: Buffer): LinkPayload | undefined {
  const kind = kindOf(body);
  const [id, repId, ...more] = idsIn(body.subarray(HEAD_BYTES));
  if (body[0] !== VERSION || kind === undefined || id === undefined || more.length > 0) return undefined;
  if (kind === 'handoff') return repId === undefined ? undefined : { kind, id, repId };
  return repId === undefined ? { kind, id } : undefined;
}

function kindOf(body: Buffer): LinkPayload['kind'] | undefined {
  const letter = body.toString('latin1', 1, HEAD_BYTES);
  return (Object.keys(KINDS) as LinkPayload['kind'][]).find((kind) => KINDS[kind] === letter); // Object.keys forgets the names
}

function idsIn(bytes: Buffer): readonly string[] {
  const count = bytes.length / UUID_BYTES;
  if (!Number.isInteger(count)) return [];
  return Array.from({ length: count }, (_, index) => stringify(bytes.subarray(index * UUID_BYTES)));
}
