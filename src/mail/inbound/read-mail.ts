import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/ids';
import type { Arrival, Way } from '../../domain/inbound/arrival';
import type { Authenticity } from '../../domain/inbound/authenticity';
import { claimsOf } from '../../domain/inbound/claims';
import { classify, kindOf } from '../../domain/inbound/classify';
import { evidenceOf } from '../../domain/inbound/evidence';
import { headerOf, type InboundMessage } from '../../domain/inbound/message';
import { type Envelope, parseMessage } from './parse';
import { returnClaim } from './return-claim';

/** A message as it comes in. */
export interface IncomingMail {
  readonly source: Buffer;
  readonly way: Way;
  /** Left out: a mailbox had it already, so its own headers tell. */
  readonly envelope?: Envelope | undefined;
  /** Looks whether what a person writes is from whom it says; left out: nobody does. */
  readonly authenticate?: Authenticate | undefined;
  readonly now: Instant;
}

/** Whether a message is from whom its header From names. Never throws. */
export type Authenticate = (message: InboundMessage) => Authenticity | Promise<Authenticity>;

/** The same message for the same recipients has the same key. */
export function keyOfMail({ source, envelope }: Pick<IncomingMail, 'source' | 'envelope'>): string {
  const to = envelope?.to.map((address) => address.toLowerCase()) ?? [];
  return `mail:${createHash('sha256').update(JSON.stringify(to)).update(source).digest('base64url')}`;
}

/** Reads what a message is and whose it claims to be. `secret` signs our addresses. Throws VIV_INBOUND_UNREADABLE. */
export async function readMail(secret: string, mail: IncomingMail): Promise<Arrival> {
  const { source, way, envelope, authenticate, now } = mail;
  const message = await parseMessage(source, envelope);
  const claims = claimsOf(message, (address) => returnClaim(secret, address));
  const isToUnsubscribe = claims.returnPaths.some((one) => one.type === 'ours' && one.kind === 'unsubscribe');
  const classified = classify(message, { isToUnsubscribe });
  const isOfPerson = classified.type === 'reply' || classified.type === 'unsubscribe';
  const authenticity = isOfPerson ? await authenticate?.(message) : undefined;
  const key = keyOfMail(mail);
  const messageId = headerOf(message, 'message-id').slice(0, 250);
  return {
    key,
    way,
    receivedAt: now,
    at: now, // its header Date is whatever its sender wrote
    kind: kindOf(classified),
    reason: classified.reason,
    recipients: classified.type === 'report' ? classified.recipients : [],
    sender: message.from,
    subject: message.subject,
    occurrence: messageId === '' ? key : `${message.from}:${messageId}`,
    evidence: { ...evidenceOf(message, classified), claims },
    authenticity,
    raw: source,
  };
}
