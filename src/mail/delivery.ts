import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { AccountFault, Delivery } from '../domain/send/delivery';

/** A message as it goes over the wire. */
export interface OutgoingMail {
  /** Addresses of the envelope. */
  readonly from: string;
  readonly to: string;
  /** Headers and body, RFC 5322. */
  readonly source: Buffer;
  /** By which account it goes, where there are several. */
  readonly account?: string | undefined;
}

/** Commands whose reply is about the message. What a server says to others (greeting, EHLO, AUTH) is about us, or about itself. */
const ABOUT_MESSAGE: readonly (string | undefined)[] = ['MAIL FROM', 'RCPT TO', 'DATA'];

/** "Authentication or encryption required", "credentials invalid": about us at whatever command. RFC 4954 §6. */
const ABOUT_LOGIN: readonly (number | undefined)[] = [530, 534, 535, 538];

/**
 * "Bad destination mailbox, system or syntax", "has moved", "takes no mail at all": the address itself is the trouble.
 * RFC 3463 §3.2, RFC 7505 §4.2. A 550 without such a code may be a matter of policy and says nothing of the address.
 */
const NO_ADDRESS = /^5\d\d[ -]5\.1\.(1|2|3|6|10)\b/;

/** What a failed try means. `bodyLeft`: whether any byte of the body may have reached the server. */
export function failedDelivery(
  error: SMTPConnection.SMTPError,
  { bodyLeft }: { readonly bodyLeft: boolean },
): Delivery {
  const { responseCode, command } = error;
  const response = onRecord(error.response ?? '');
  const isAboutMessage = ABOUT_MESSAGE.includes(command) && !ABOUT_LOGIN.includes(responseCode);
  if (isRefusal(responseCode) && isOneReply(response) && isAboutMessage) return refused(response, error);
  const failed = { problem: onRecord(error.message), fault: faultOf(error) };
  if (bodyLeft) return { type: 'uncertain', ...failed };
  const isOurs = !error.response; // no answer of the server: the client itself will not send such a message
  const isUnsendable = isOurs && (error.code === 'EMESSAGE' || (error.code === 'EENVELOPE' && command === 'API'));
  if (isUnsendable) return { type: 'rejected', response: failed.problem, isNoAddress: false };
  return { type: 'unreachable', ...failed };
}

/** Why the server took no mail of this account. A failed login is told by its code, its command, or the client. */
export const faultOf = ({ responseCode, command, code }: SMTPConnection.SMTPError): AccountFault =>
  ABOUT_LOGIN.includes(responseCode) || command?.startsWith('AUTH') || code === 'EAUTH'
    ? 'authentication'
    : 'connection';

/** Any other answer than 4xx and 5xx is none: it may be meant for something else, and the server may have taken the message. */
const isRefusal = (code: number | undefined): boolean => code !== undefined && code >= 400 && code < 600;

/** Whether all lines of a reply have one code, as they must (RFC 5321 §4.2.1); of one that has several nobody knows what it means. */
export const isOneReply = (reply: string): boolean =>
  new Set(reply.split('\n').map((line) => line.slice(0, 3))).size === 1;

const MOST_LETTERS = 2_000;

/** Words of a server as they can be kept: PostgreSQL takes no NUL, and nobody reads more than a page. */
export const onRecord = (text: string): string => text.slice(0, MOST_LETTERS).replaceAll('\0', '\uFFFD');

function refused(response: string, { permanent, command }: SMTPConnection.SMTPError): Delivery {
  const fault = faultToldBy(response, command);
  const told = { response, ...(fault === undefined ? {} : { fault }) };
  if (!permanent) return { type: 'put_off', ...told };
  return { type: 'rejected', ...told, isNoAddress: command === 'RCPT TO' && NO_ADDRESS.test(response) };
}

/** "Message too big", "content or media": about the message at whatever command. RFC 3463 §3.4, §3.7. */
const ABOUT_SIZE = /^(552|[45]\d\d[ -][45]\.(3\.4|6\.\d+)\b)/;

/** "Security or policy status". RFC 3463 §3.8. */
const OF_POLICY = /^[45]\d\d[ -][45]\.7\.\d+\b/;

/**
 * Whether a refused message is the account's fault: its sender is refused, we are, or the server closes (RFC 5321 §3.8). What is said of
 * the recipient never is.
 */
function faultToldBy(response: string, command: string | undefined): AccountFault | undefined {
  if (response.startsWith('421')) return 'connection';
  if (command === 'MAIL FROM') return ABOUT_SIZE.test(response) ? undefined : 'policy';
  return command === 'DATA' && OF_POLICY.test(response) ? 'policy' : undefined;
}
