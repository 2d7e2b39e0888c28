import type { Evidence } from './attribution';
import type { Classified } from './classified';
import type { InboundMessage } from './message';

/** What a message says of whose matter it is, beside what it claims of our mail. */
export function evidenceOf(
  { from }: InboundMessage,
  classified: Classified,
): Pick<Evidence, 'isReport' | 'originals' | 'addresses'> {
  switch (classified.type) {
    case 'report':
      return {
        isReport: true,
        originals: filled(classified.recipients.map(({ originalRecipient }) => originalRecipient)),
        addresses: filled(classified.recipients.map(({ recipient }) => recipient)),
      };
    case 'complaint':
      return { isReport: true, originals: classified.recipients, addresses: classified.recipients };
    case 'auto_reply':
    case 'reply':
    case 'unsubscribe':
    case 'unknown':
      return { isReport: false, originals: [], addresses: filled([from]) };
    default:
      throw new TypeError(`unknown message ${JSON.stringify(classified satisfies never)}`);
  }
}

const filled = (addresses: readonly string[]): readonly string[] => addresses.filter(Boolean);
