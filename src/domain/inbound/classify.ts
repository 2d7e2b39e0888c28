import { autoReplySign } from './auto-reply';
import type { Classified, InboundKind } from './classified';
import { complaintIn } from './complaint';
import { isFromMailSystem, looseReportsIn } from './loose-report';
import type { InboundMessage } from './message';
import { reportsIn } from './report';
import { unsubscribeSign } from './unsubscribe';

/**
 * What a message is. `isToUnsubscribe`: it came to an address that only unsubscribes: whatever it says, but a report, means that;
 * programs that do it for people mark their mails as automatic.
 */
export function classify(
  message: InboundMessage,
  { isToUnsubscribe }: { readonly isToUnsubscribe: boolean },
): Classified {
  const complaint = complaintIn(message);
  if (complaint) return complaint;
  const reported = reportsIn(message);
  if (reported.length > 0) return { type: 'report', recipients: reported, reason: 'delivery report (RFC 3464)' };
  const loose = looseReportsIn(message);
  if (loose.length > 0) return { type: 'report', recipients: loose, reason: 'a bounce in words' };
  if (isToUnsubscribe) return { type: 'unsubscribe', reason: 'it came to the address that unsubscribes' };
  return written(message);
}

/** By a machine or a person. */
function written(message: InboundMessage): Classified {
  const auto = autoReplySign(message);
  if (auto !== undefined) return { type: 'auto_reply', reason: auto };
  const unsubscribe = unsubscribeSign(message);
  if (unsubscribe !== undefined) return { type: 'unsubscribe', reason: unsubscribe };
  if (message.from === '') return { type: 'unknown', reason: 'it names no sender' };
  if (isFromMailSystem(message)) return { type: 'unknown', reason: 'a mail system wrote, and not of a delivery' };
  return { type: 'reply', reason: 'no sign of a machine' };
}

/** As it is listed: a report of several recipients by the first. */
export function kindOf(classified: Classified): InboundKind {
  return classified.type === 'report' ? (classified.recipients[0]?.kind ?? 'unknown') : classified.type;
}
