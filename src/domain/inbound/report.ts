import type { RecipientReport } from './classified';
import { failedKind } from './failed-kind';
import { type Headers, header, headerBlocks } from './headers';
import { type InboundMessage, partsOf } from './message';
import { STATUS } from './status';

const LONGEST_DIAGNOSTIC = 1_000;
const MOST_RECIPIENTS = 100;

/**
 * What a delivery report says of each recipient: RFC 3464, and RFC 6533 for addresses that are not ASCII. Empty: the message has no
 * such part, or none that makes sense.
 */
export function reportsIn(message: InboundMessage): readonly RecipientReport[] {
  const parts = partsOf(message, 'message/delivery-status', 'message/global-delivery-status');
  return parts
    .flatMap(({ text }) => headerBlocks(text))
    .filter((block) => block.has('action') || block.has('status'))
    .slice(0, MOST_RECIPIENTS)
    .map((block) => reportOf(block, message));
}

function reportOf(block: Headers, { text }: InboundMessage): RecipientReport {
  const recipient = addressIn(header(block, 'final-recipient'));
  const diagnostic = onOneLine(typedValue(header(block, 'diagnostic-code')));
  const whole = diagnostic || sentenceAbout(text, recipient);
  const [status = ''] = STATUS.exec(header(block, 'status')) ?? [];
  return {
    recipient,
    originalRecipient: addressIn(header(block, 'original-recipient')),
    diagnostic: whole,
    ...kindOf({
      action:
        header(block, 'action')
          .toLowerCase()
          .split(/[\s(;]/)[0] ?? '',
      status,
      diagnostic: whole,
    }),
  };
}

interface Said {
  readonly action: string;
  readonly status: string;
  readonly diagnostic: string;
}

/** RFC 3464 §2.3.3. An action that nobody knows is judged by its status. */
function kindOf({ action, status, diagnostic }: Said): Pick<RecipientReport, 'kind' | 'status' | 'reason'> {
  if (action === 'delivered' || action === 'relayed' || action === 'expanded')
    return { kind: 'delivered', status, reason: `action ${action}` };
  if (action === 'delayed') return { kind: 'delayed', status, reason: 'action delayed: the server still tries' };
  if (action !== 'failed' && status.startsWith('2'))
    return { kind: 'delivered', status, reason: `status ${status}: success` };
  if (action !== 'failed' && status.startsWith('4'))
    return { kind: 'delayed', status, reason: `status ${status}, and nothing says that it has failed` };
  return failedKind({ status, diagnostic });
}

/** `rfc822; Ana@x.example` → `ana@x.example`; empty: no address. */
export function addressIn(value: string): string {
  const [, address = ''] = /<?([^\s<>;"]{1,64}@[^\s<>;"]{1,255}?)>?\s*$/.exec(typedValue(value).slice(0, 400)) ?? [];
  return address.toLowerCase();
}

/** `smtp; 550 …` → `550 …`. */
const typedValue = (value: string): string => value.replace(/^[\w-]{1,40}\s*;\s*/, '');

/** What stands in the text behind a recipient's address: some servers give no Diagnostic-Code. */
function sentenceAbout(text: string, recipient: string): string {
  const at = recipient === '' ? -1 : text.toLowerCase().indexOf(recipient);
  return at < 0 ? '' : onOneLine(text.slice(at, at + 500));
}

/** For a person and for the rules: no line breaks, not too long. */
export const onOneLine = (text: string): string =>
  text
    .slice(0, 4 * LONGEST_DIAGNOSTIC)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_DIAGNOSTIC);
