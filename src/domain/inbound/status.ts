import type { ReportKind } from './classified';

type Failed = Extract<ReportKind, 'hard' | 'soft' | 'block'>;

interface Meaning {
  readonly kind: Failed;
  readonly says: string;
}

const hard = (says: string): Meaning => ({ kind: 'hard', says });
const soft = (says: string): Meaning => ({ kind: 'soft', says });
const block = (says: string): Meaning => ({ kind: 'block', says });

/**
 * Subject and detail of a permanent status, by what they say of the address. RFC 3463 §3, with the additions of RFC 7505 (1.10),
 * RFC 7293 (7.17) and of the IANA registry "SMTP Enhanced Status Codes"; 4.310 and the like are Exchange Online's.
 */
const DETAILS: { readonly [detail: string]: Meaning } = {
  '1.0': hard('something is wrong with the address'),
  '1.1': hard('no such mailbox'),
  '1.2': hard('no such mail server'),
  '1.3': hard('not an address'),
  '1.6': hard('the mailbox has moved'),
  '1.7': block('our own address is refused'),
  '1.8': block('our own domain is refused'),
  '1.10': hard('the domain takes no mail'),
  '2.1': hard('the mailbox is switched off'),
  '2.2': soft('the mailbox is full'),
  '2.3': block('the message is too long for the mailbox'),
  '3.4': block('the message is too big'),
  '4.4': hard('there is no way to the domain'),
  '4.310': hard('the domain does not exist'),
  '4.312': soft('the domain name server did not answer'),
  '7.13': hard('the account is switched off'),
  '7.17': hard('the mailbox belongs to somebody else now'),
};

/** Where the detail says nothing, the subject does. */
const SUBJECTS: { readonly [subject: string]: Meaning } = {
  '1': soft('something about the address'),
  '2': soft('something about the mailbox'),
  '3': soft('something about the mail system'),
  '4': soft('the server was not reached'),
  '5': block('the servers did not understand each other'),
  '6': block('the message itself is refused'),
  '7': block('the server refuses us by its policy'),
};

export const STATUS = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/;

/** What an enhanced status says of a delivery that has failed; undefined: nothing (x.0.x, or none). */
export function meaningOfStatus(status: string): Meaning | undefined {
  const [, type, subject = '', detail = ''] = STATUS.exec(status) ?? [];
  if (type === undefined || type === '2') return undefined;
  // a server that has tried for days and gives up says 4.x.x: it was never told that the address is wrong
  const exact = type === '5' ? DETAILS[`${subject}.${detail}`] : undefined;
  const meaning = exact ?? SUBJECTS[subject];
  return meaning?.kind === 'hard' && type === '4' ? soft(meaning.says) : meaning;
}
