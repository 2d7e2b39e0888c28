import type { RecipientReport } from './classified';
import { failedKind } from './failed-kind';
import { headerOf, type InboundMessage } from './message';
import { addressIn, onOneLine } from './report';

const DAEMONS =
  /^(mailer-daemon|mail-daemon|postmaster|mdaemon|mmdf|mailerdaemon|mail\.administrator|mailsystem|nao-?responda|maildeliverysubsystem|devolucao)\b/i;

/** Subjects of failures. Where a server warns that it still tries, the words of a delay come first. */
const FAILED =
  /\b(undeliver(able|ed)|delivery (status notification|failure|failed|problem|has failed|unsuccessful)|failure (notice|delivery)|mail delivery (failed|failure|system)|returned mail|returned to sender|non[- ]?delivery|could not be delivered|delivery notification|rejected message|message not delivered|mensagem (n[aã]o entregue|devolvida)|falha (na|de) entrega|e-?mail n[aã]o entregue|n[aã]o foi poss[ií]vel entregar|niedostarczon[ya]|nie dor[eę]czono|zwrot wiadomo[sś]ci)/i;
const DELAYED =
  /\b(delayed|\(delay\)|warning: (could not send|message)|still (being|trying)|will (keep|continue) (trying|to (try|attempt))|not yet been delivered|no action is required on your part|atras(o|ada)|continuar[aá] tentando|op[oó][zź]nion[ya])/i;

/** Lines behind which a copy of our own message stands. */
const COPY =
  /^[ >]*(-{2,} ?(below this line is a copy of the message|this is a copy of (the|your) message|original message|the body of the message|returned message|mensagem original|kopia)|-{5,} ?this is a copy|received: from )/im;

/** Whether this is what a mail system says, with no regard to its form. */
export function isFromMailSystem(message: InboundMessage): boolean {
  const isDaemon = DAEMONS.test(message.from.split('@')[0] ?? '');
  return isDaemon || message.headers.has('x-failed-recipients') || headerOf(message, 'return-path').trim() === '<>';
}

/**
 * What a bounce in plain words says, one entry for each address that it names, or one for nobody: qmail, Exim, old Exchange and
 * Sendmail, and whoever imitates them. Empty: it is none.
 */
export function looseReportsIn(message: InboundMessage): readonly RecipientReport[] {
  if (!isFromMailSystem(message)) return [];
  const words = message.text.slice(0, 16_000);
  const own = beforeCopy(words);
  const isDelay = DELAYED.test(message.subject) || (!FAILED.test(message.subject) && DELAYED.test(own));
  if (!isDelay && !FAILED.test(message.subject) && !FAILED.test(own) && !message.headers.has('x-failed-recipients'))
    return [];
  const named = headerOf(message, 'x-failed-recipients').split(',').map(addressIn).filter(Boolean);
  const recipients = [...new Set(named.length > 0 ? named : addressesIn(own, message))].slice(0, 20);
  return (recipients.length > 0 ? recipients : ['']).map((recipient) => looseReport(recipient, { own, isDelay }));
}

/** What the mail system itself says. */
function beforeCopy(text: string): string {
  const copy = COPY.exec(text);
  return copy ? text.slice(0, copy.index) : text;
}

const ADDRESS = /<?([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>?/g;

/** Addresses in the words of the report but those of whoever reports and of us. */
function addressesIn(own: string, { from, to }: InboundMessage): readonly string[] {
  return [...own.matchAll(ADDRESS)]
    .map(([, address = '']) => address.toLowerCase().replace(/\.+$/, ''))
    .filter((address) => address !== from && !to.includes(address) && !DAEMONS.test(address));
}

function looseReport(
  recipient: string,
  { own, isDelay }: { readonly own: string; readonly isDelay: boolean },
): RecipientReport {
  const diagnostic = wordsAbout(recipient, own);
  const base = { recipient, originalRecipient: '', diagnostic };
  if (isDelay) return { ...base, kind: 'delayed', status: '', reason: 'words of a delay: the server still tries' };
  return { ...base, ...failedKind({ status: '', diagnostic }) };
}

/** A reply of a server, or a status. */
const REPLY = /(?:^|[\s:(<"'])[45]\d\d[ -][^\d]|\b[45]\.\d{1,3}\.\d{1,3}\b/;

/** The paragraph behind the address, where it holds a reply; else the first that does; else what stands behind the address. */
function wordsAbout(recipient: string, own: string): string {
  const at = recipient === '' ? -1 : own.toLowerCase().indexOf(recipient);
  const behind = at < 0 ? '' : own.slice(at + recipient.length, at + 2_000).replace(/^[>:\s]+/, '');
  const paragraphs = behind.split(/\r?\n[ \t]*\r?\n/);
  const told =
    paragraphs.slice(0, 2).find((one) => REPLY.test(one)) ??
    own.split(/\r?\n[ \t]*\r?\n/).find((one) => REPLY.test(one));
  return onOneLine(told ?? paragraphs[0] ?? '');
}
