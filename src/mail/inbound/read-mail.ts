import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/ids';
import type { Arrival, Way } from '../../domain/inbound/arrival';
import { claimsOf } from '../../domain/inbound/claims';
import { classify, kindOf } from '../../domain/inbound/classify';
import { evidenceOf } from '../../domain/inbound/evidence';
import { headerOf } from '../../domain/inbound/message';
import { type Envelope, parseMessage } from './parse';
import { returnClaim } from './return-claim';

/** A message as it comes in. */
export interface IncomingMail {
  readonly source: Buffer;
  readonly way: Way;
  /** Left out: a mailbox had it already, so its own headers tell. */
  readonly envelope?: Envelope | undefined;
  readonly now: Instant;
}

/** The same message for the same recipients has the same key. */
export function keyOfMail({ source, envelope }: Pick<IncomingMail, 'source' | 'envelope'>): string {
  const to = envelope?.to.map((address) => address.toLowerCase()) ?? [];
  return `mail:${createHash('sha256').update(JSON.stringify(to)).update(source).digest('base64url')}`;
}

/** Reads what a message is and whose it claims to be. `secret` signs our addresses. Throws VIV_INBOUND_UNREADABLE. */
export async function readMail(secret: string, mail: IncomingMail): Promise<Arrival> {
  const { source, way, envelope, now } = mail;
  const message = await parseMessage(source, envelope);
  const claims = claimsOf(message, (address) => returnClaim(secret, address));
  const isToUnsubscribe = claims.returnPaths.some((one) => one.type === 'ours' && one.kind === 'unsubscribe');
  const classified = classify(message, { isToUnsubscribe });
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
    raw: source,
  };
}
