import type { Classified } from './classified';
import { header, headersIn } from './headers';
import { headerOf, type InboundMessage, partsOf } from './message';
import { addressIn } from './report';

/** What a kind of feedback asks for. RFC 5965 §7.3, RFC 6430 (not-spam), RFC 6591 (auth-failure), RFC 9477 (CFBL uses abuse). */
const FEEDBACK = {
  abuse: 'complaint',
  fraud: 'complaint',
  virus: 'complaint',
  other: 'complaint',
  'opt-out': 'unsubscribe',
  'opt-out-list': 'unsubscribe',
} as const;

/** A complaint of a recipient, as a feedback report (ARF) or in the form of one provider; undefined: it is none. */
export function complaintIn(message: InboundMessage): Classified | undefined {
  return feedbackReport(message) ?? junkMailReport(message) ?? writtenComplaint(message);
}

function feedbackReport(message: InboundMessage): Classified | undefined {
  const [part] = partsOf(message, 'message/feedback-report');
  if (!part) return undefined;
  const fields = headersIn(part.text);
  const type = header(fields, 'feedback-type').toLowerCase();
  const reason = `feedback report of type ${/^[a-z-]{1,30}$/.test(type) ? type : 'unknown'}`;
  if (!Object.hasOwn(FEEDBACK, type)) return { type: 'unknown', reason };
  const asks = FEEDBACK[type as keyof typeof FEEDBACK]; // it is one of them: checked in the line above
  if (asks === 'unsubscribe') return { type: 'unsubscribe', reason };
  const told = [...(fields.get('original-rcpt-to') ?? []), ...(fields.get('removal-recipient') ?? [])];
  return { type: 'complaint', recipients: told.map(addressIn).filter(Boolean), reason };
}

/** Outlook's and Hotmail's Junk Mail Reporting Program: our message in a message, with the complainer in a header of it. */
function junkMailReport(message: InboundMessage): Classified | undefined {
  const [original] = partsOf(message, 'message/rfc822');
  const heads = [message.headers, ...(original ? [headersIn(original.text)] : [])];
  const complainer = heads.map((head) => header(head, 'x-hmxmroriginalrecipient')).find(Boolean);
  if (complainer === undefined) return undefined;
  const recipients = [addressIn(complainer)].filter(Boolean);
  return { type: 'complaint', recipients, reason: 'junk mail report of Outlook and Hotmail' };
}

const SUBJECT =
  /^\s*(complaint about message from|\[?(abuse|spam) (report|complaint)\b|email feedback report|den[uú]ncia de spam|reclama[cç][aã]o de spam|zg[lł]oszenie (spamu|nadu[zż]ycia))/i;
const REPORTERS = /^(abuse|fbl|feedback|staff|feedbackloop|scomp|spam|complaints?|noreply-abuse|denuncia)\b/i;

/** Providers with a form of their own write a subject that says so, and attach our message. */
function writtenComplaint(message: InboundMessage): Classified | undefined {
  const isOne = SUBJECT.test(message.subject) && REPORTERS.test(message.from);
  if (!isOne || partsOf(message, 'message/rfc822', 'text/rfc822-headers').length === 0) return undefined;
  const told = addressIn(headerOf(message, 'x-original-recipient'));
  return { type: 'complaint', recipients: told ? [told] : [], reason: 'complaint in words, with our message' };
}
