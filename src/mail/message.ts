import addressparser from 'nodemailer/lib/addressparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '../domain/ids';
import type { OutgoingMail } from './delivery';
import { dkimSignature } from './dkim';
import type { DkimKey } from './dkim-key';

export interface MailContent {
  readonly sendId: string;
  readonly messageId: string;
  /** `Name <address>` of the sender. */
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Business time: the Date header. */
  readonly date: Instant;
  /** RFC 8058: one POST to it, with no further question, unsubscribes. */
  readonly unsubscribeUrl?: string;
  readonly answers?: AnswerAddresses;
  /** One more header that names the send: providers give theirs back in what they tell. */
  readonly sendIdHeader?: string | undefined;
  /** For the statistics of providers about complaints. */
  readonly feedbackId?: string | undefined;
  /** Signs the message; none: it is not signed here. */
  readonly dkim?: DkimKey | undefined;
}

/** Addresses of one send for what comes back; what is left out goes to the sender. */
export interface AnswerAddresses {
  /** Of the envelope: where servers report on the delivery. */
  readonly returnPath?: string;
  readonly replyTo?: string;
  /** Any mail to it unsubscribes. */
  readonly unsubscribe?: string;
}

/** The sender's name (empty if it has none) and address. */
export function senderOf(from: string): { readonly name: string; readonly address: string } {
  const [first] = addressparser(from, { flatten: true });
  return { name: first?.name ?? '', address: first?.address ?? from };
}

/** `<send id@domain of the sender>`: the same send always has the same Message-ID, so a mailbox can tell a copy. */
export function messageIdOf(sendId: string, from: string): string {
  return `<${sendId}@${senderOf(from).address.split('@').at(-1)}>`;
}

/** The message as bytes, all 7-bit (RFC 2045). Nothing in it is chance: the same content gives the same bytes. */
export async function composeMail(content: MailContent): Promise<OutgoingMail> {
  const {
    sendId,
    messageId,
    from,
    to,
    subject,
    html,
    text,
    date,
    unsubscribeUrl,
    answers = {},
    sendIdHeader,
    feedbackId,
    dkim,
  } = content;
  const { name, address } = senderOf(from);
  const { returnPath = address, replyTo, unsubscribe } = answers;
  const unsigned = await new MailComposer({
    from,
    to,
    ...(replyTo === undefined ? {} : { replyTo: { name, address: replyTo } }),
    subject,
    text,
    html,
    messageId,
    date: new Date(date),
    headers: {
      'X-Viveiro-Send': sendId,
      ...(sendIdHeader === undefined ? {} : { [sendIdHeader]: sendId }),
      ...(feedbackId === undefined ? {} : { 'Feedback-ID': feedbackId }),
      ...(unsubscribeUrl === undefined ? {} : unsubscribing(unsubscribeUrl, unsubscribe)),
    },
    textEncoding: 'quoted-printable',
    baseBoundary: sendId,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  const source = dkim ? Buffer.concat([Buffer.from(await dkimSignature(unsigned, dkim)), unsigned]) : unsigned;
  return { from: returnPath, to: to.address, source };
}

/** Ready-made lines: RFC 8058 §3 wants exactly this value, and the addresses in angle brackets must stay whole. */
const unsubscribing = (url: string, address: string | undefined) => ({
  'List-Unsubscribe': {
    prepared: true,
    foldLines: false,
    value: address === undefined ? `<${url}>` : `<${url}>, <mailto:${address}>`,
  },
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});
