import { takeMail } from '../../src/api/inbound/take';
import type { Instant } from '../../src/domain/ids';
import { DEFAULT_INBOUND, type InboundRules } from '../../src/domain/inbound/rules';
import { type ReturnKind, returnAddress } from '../../src/mail/verp';
import type { Db } from '../../src/store/db';
import { LINK_SECRET } from './api';
import { MONDAY } from './builders';
import { aMailing, MAILING, type Mailing, mailDeps, sendMail } from './mailing';
import { type Script, scriptedSmtp } from './scripted-smtp';

export const IN_DOMAIN = 'in.viva.example';

/** A mail that went out, as the ledger has it. */
export interface Sent extends Mailing {
  readonly sendId: string;
  readonly email: string;
}

/** Sends the first mail of a new journey to a scripted server; with no script it is taken. */
export async function aSent(db: Db, o: { readonly script?: Script; readonly mailing?: Mailing } = {}): Promise<Sent> {
  const server = await scriptedSmtp(o.script ?? []);
  const deps = mailDeps(db, server.url);
  const mailing = o.mailing ?? (await aMailing(db));
  await sendMail(deps, mailing);
  await deps.transport.close();
  await server.stop();
  const { email } = await db.contact.findUniqueOrThrow({ where: { id: mailing.contactId } });
  return { ...mailing, sendId: mailing.request.key, email };
}

/** One more mail that was accepted, of the same contact. */
export async function alsoAccepted(
  db: Db,
  { contactId, journeyId, email }: Sent,
  sendId: string,
  at: Instant,
): Promise<void> {
  const when = new Date(at);
  await db.send.create({
    data: {
      id: sendId,
      contactId,
      journeyId,
      stepId: 'first',
      recipient: email,
      purpose: 'marketing',
      template: 'hello',
      status: 'accepted',
      messageId: `<${sendId}@viva.example>`,
      plannedAt: when,
      settledAt: when,
    },
  });
}

export const addressOf = (kind: ReturnKind, sendId: string): string =>
  returnAddress(LINK_SECRET, IN_DOMAIN, { kind, sendId });

interface ReportParts {
  readonly to?: string;
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  readonly recipient?: string;
  readonly messageId?: string;
  /** Tells one report from another. */
  readonly mark?: string;
}

/** A delivery report about a mail, RFC 3464. */
export function aReport({ sendId, email }: Pick<Sent, 'sendId' | 'email'>, parts: ReportParts = {}): string {
  const { to = addressOf('bounce', sendId), action = 'failed', status = '5.1.1', recipient = email, mark = '' } = parts;
  const { diagnostic = '550 5.1.1 no such user', messageId = `<${sendId}@viva.example>` } = parts;
  return [
    'From: MAILER-DAEMON@mx.example',
    `To: ${to}`,
    `Subject: Undelivered Mail Returned to Sender ${mark}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=B',
    '',
    '--B',
    'Content-Type: text/plain',
    '',
    'Sorry.',
    '--B',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${diagnostic}`,
    '',
    '--B',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    `To: ${email}`,
    '',
    '--B--',
    '',
  ].join('\r\n');
}

interface WrittenParts {
  readonly from: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly headers?: readonly string[];
}

/** A mail that somebody, or something, wrote. */
export function aWritten({
  from,
  to = 'viva@viva.example',
  subject = 'Re: Olá',
  text = 'Quanto custa?',
  headers = [],
}: WrittenParts): string {
  return [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, ...headers, '', text, ''].join('\r\n');
}

/** Takes a message in at a moment, under rules. */
export function took(
  db: Db,
  source: string | Buffer,
  o: { readonly now?: Instant; readonly rules?: Partial<InboundRules> } = {},
) {
  const turn = { ...MAILING, rules: { ...MAILING.rules, inbound: { ...DEFAULT_INBOUND, ...o.rules } } };
  return takeMail(
    { db, turn, linkSecret: LINK_SECRET },
    { source: Buffer.from(source), way: 'api', now: o.now ?? MONDAY },
  );
}
