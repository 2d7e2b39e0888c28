import { header, headersIn } from './headers';
import { headerOf, type InboundMessage, partsOf } from './message';

/** An address that it came to, as the signature on it says. */
export type ReturnClaim =
  | { readonly type: 'ours'; readonly kind: 'bounce' | 'reply' | 'unsubscribe'; readonly sendId: string }
  | { readonly type: 'forged' };

/** What a message says of the mail that it is about. Nothing of it is believed yet. */
export interface Claims {
  /** From the addresses that it came to. */
  readonly returnPaths: readonly ReturnClaim[];
  /** Message-IDs of the mail that comes back, in angle brackets. */
  readonly messageIds: readonly string[];
  /** Values of X-Viveiro-Send of the mail that comes back. */
  readonly sendIds: readonly string[];
  /** Message-IDs that it answers: In-Reply-To and References. */
  readonly references: readonly string[];
}

const MESSAGE_ID = /<[^\s<>]{1,250}>/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i;
const MOST_REFERENCES = 50;

const idsIn = (text: string): readonly string[] =>
  [...text.matchAll(MESSAGE_ID)].map(([id]) => id).slice(0, MOST_REFERENCES);

/** Reads what a message claims. `readAddress` tells the addresses that are ours: it holds the key. */
export function claimsOf(message: InboundMessage, readAddress: (address: string) => ReturnClaim | undefined): Claims {
  const returned = returnedHeads(message);
  return {
    returnPaths: message.to.flatMap((address) => readAddress(address) ?? []),
    messageIds: unique(returned.flatMap(({ messageId }) => idsIn(messageId))),
    sendIds: unique(returned.flatMap(({ sendId }) => UUID.exec(sendId)?.[0].toLowerCase() ?? [])),
    references: unique(idsIn(`${headerOf(message, 'in-reply-to')} ${headerOf(message, 'references')}`)),
  };
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

interface Head {
  readonly messageId: string;
  readonly sendId: string;
}

/** Heads of the mail that comes back: a part of its own, else lines within the text of a bounce in words. */
function returnedHeads(message: InboundMessage): readonly Head[] {
  const parts = partsOf(
    message,
    'message/rfc822',
    'text/rfc822-headers',
    'message/rfc822-headers',
    'message/global',
    'message/global-headers',
  );
  if (parts.length > 0) return parts.map(({ text }) => headOf(text));
  const lines = message.text.split(/\r?\n/).map((line) => line.replace(/^[ >\t]{0,8}/, ''));
  const line = (name: string) => lines.find((one) => one.toLowerCase().startsWith(name))?.slice(name.length, 300) ?? '';
  return [{ messageId: line('message-id:'), sendId: line('x-viveiro-send:') }];
}

function headOf(text: string): Head {
  const headers = headersIn(text);
  return { messageId: header(headers, 'message-id'), sendId: header(headers, 'x-viveiro-send') };
}
