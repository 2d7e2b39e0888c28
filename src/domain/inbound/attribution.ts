import { type ErrorCode, failure } from '../errors';
import type { Claims } from './claims';

/** A send on record that a message may be about. */
export interface KnownSend {
  readonly id: string;
  /** In angle brackets; empty: it was never claimed. */
  readonly messageId: string;
  /** Lower case. */
  readonly recipient: string;
}

/** Why a message is not believed. Stored and counted by these words. */
export type Lie = Extract<
  ErrorCode,
  'VIV_INBOUND_FORGED' | 'VIV_INBOUND_FOREIGN' | 'VIV_INBOUND_RECIPIENT' | 'VIV_INBOUND_CONTRADICTION'
>;

/** By which sign a message belongs to a send or a contact. */
export type Sign = 'return_path' | 'message_id' | 'reference' | 'recipient';

/** Whose matter a message is. */
export type Attribution =
  | { readonly type: 'send'; readonly sendId: string; readonly by: Sign }
  /** Only an address is known: who wrote, or whom a report is about. */
  | { readonly type: 'address'; readonly address: string; readonly by: 'recipient' }
  | { readonly type: 'lie'; readonly lie: Lie; readonly reason: string }
  | { readonly type: 'nobody'; readonly reason: string };

export interface Evidence {
  readonly claims: Claims;
  /** All sends on record that the claims name. */
  readonly sends: readonly KnownSend[];
  /** A report or a complaint: it speaks of a mail of ours. Otherwise somebody writes. */
  readonly isReport: boolean;
  /** Whom a report is about, as it was addressed by us, lower case; empty: it does not tell. */
  readonly originals: readonly string[];
  /** Whom a report is about in the end, or who writes; lower case. */
  readonly addresses: readonly string[];
}

/**
 * Whose matter a message is: by the signed address that it came to, then by the mail that it brings back, then by the mail that it
 * answers, then by the address that it names. What contradicts itself, or what we have sent, is a lie, and is about nobody.
 */
export function attribute(evidence: Evidence): Attribution {
  const lie = lieIn(evidence);
  if (lie) return lie;
  const { claims, sends } = evidence;
  const byId = (id: string) => sends.find((send) => send.id === id);
  const [signed] = ours(claims);
  if (signed) {
    const send = byId(signed.sendId);
    return send ? { type: 'send', sendId: send.id, by: 'return_path' } : nobody('its mail is no longer on record');
  }
  const returned = returnedSends(evidence)[0];
  if (returned) return { type: 'send', sendId: returned.id, by: 'message_id' };
  const answered = sends.find(({ messageId }) => messageId !== '' && claims.references.includes(messageId));
  if (answered) return { type: 'send', sendId: answered.id, by: 'reference' };
  const [address = ''] = evidence.addresses;
  return address ? { type: 'address', address, by: 'recipient' } : nobody('it names no mail and no address of ours');
}

const nobody = (reason: string): Attribution => ({ type: 'nobody', reason });
const told = (lie: Lie): Attribution => ({ type: 'lie', lie, reason: failure(lie, {}).message });

const ours = ({ returnPaths }: Claims) => returnPaths.flatMap((path) => (path.type === 'ours' ? [path] : []));

/** Sends whose mail it brings back. */
function returnedSends({ claims, sends }: Evidence): readonly KnownSend[] {
  const { messageIds, sendIds } = claims;
  return sends.filter(
    ({ id, messageId }) => sendIds.includes(id) || (messageId !== '' && messageIds.includes(messageId)),
  );
}

function lieIn(evidence: Evidence): Attribution | undefined {
  const { claims, isReport } = evidence;
  if (claims.returnPaths.some(({ type }) => type === 'forged')) return told('VIV_INBOUND_FORGED');
  if (!isReport) return undefined;
  return contradiction(evidence) ?? foreign(evidence) ?? wrongRecipient(evidence);
}

/** Signed address, Message-ID and X-Viveiro-Send must name the same send. */
function contradiction(evidence: Evidence): Attribution | undefined {
  const named = new Set([
    ...ours(evidence.claims).map(({ sendId }) => sendId),
    ...returnedSends(evidence).map(({ id }) => id),
  ]);
  const unknown = evidence.claims.sendIds.filter((id) => named.size > 0 && !named.has(id));
  if (named.size + unknown.length <= 1) return undefined;
  return told('VIV_INBOUND_CONTRADICTION');
}

/** What brings back a mail that we never sent is about somebody else's: mail in our name, or made up. */
function foreign(evidence: Evidence): Attribution | undefined {
  const { claims } = evidence;
  const brings = claims.messageIds.length + claims.sendIds.length > 0;
  if (!brings || ours(claims).length > 0 || returnedSends(evidence).length > 0) return undefined;
  return told('VIV_INBOUND_FOREIGN');
}

/**
 * The signed address is proof for its send, whoever the report names: mail is forwarded. Without it the recipient must be the one to
 * whom we sent.
 */
function wrongRecipient(evidence: Evidence): Attribution | undefined {
  const { claims, sends, originals, addresses } = evidence;
  const [signed] = ours(claims);
  const send = signed ? sends.find(({ id }) => id === signed.sendId) : returnedSends(evidence)[0];
  if (!send) return undefined;
  const named = originals.length > 0 ? originals : signed ? [] : addresses;
  if (named.length === 0 || named.includes(send.recipient)) return undefined;
  return told('VIV_INBOUND_RECIPIENT');
}
