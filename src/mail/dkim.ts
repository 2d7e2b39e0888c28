import { createHash, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { DkimKey } from './dkim-key';

/**
 * Signed where they are there, and once more than they are there: whoever adds a second one on the way, which some readers would show,
 * breaks the signature. RFC 6376 §8.15.
 */
const SEALED = [
  'from',
  'to',
  'cc',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
];
/** Signed where they are there. */
const SIGNED = ['sender', 'feedback-id', 'list-id', 'x-viveiro-send'];

interface Field {
  /** In lower case. */
  readonly name: string;
  /** As it is signed: unfolded, spaces reduced. RFC 6376 §3.4.2. */
  readonly line: string;
}

const signed = promisify(sign);

/**
 * The DKIM-Signature header of a message (RFC 6376, relaxed/relaxed, rsa-sha256), with its line end: it goes on top. The same message
 * and key always give the same. Our own, since nodemailer's leaves a mail unsigned in silence when its key fails, and cannot seal.
 */
export async function dkimSignature(source: Buffer, { domain, selector, privateKey }: DkimKey): Promise<string> {
  const text = source.toString('latin1'); // a character is a byte
  const end = /\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const body = end ? text.slice(end.index + end[0].length) : '';
  const { names, lines } = chosen(fieldsOf(head));
  const hash = createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64');
  const header = [
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain};`,
    `s=${selector};`,
    `bh=${hash};`,
    `h=${folded(names)};`,
    'b=',
  ].join('\r\n\t');
  const data = `${[...lines, relaxedField(header).line].join('\r\n')}`;
  const signature = (await signed('RSA-SHA256', Buffer.from(data, 'latin1'), privateKey)).toString('base64');
  return `${header}${signature.replace(/(.{72})(?=.)/g, '$1\r\n\t')}\r\n`;
}

function fieldsOf(head: string): readonly Field[] {
  return head.split(/\r?\n(?![ \t])/).map(relaxedField);
}

function relaxedField(raw: string): Field {
  const colon = raw.indexOf(':');
  const name = raw.slice(0, colon).trim().toLowerCase();
  const value = raw
    .slice(colon + 1)
    .replace(/\r?\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return { name, line: `${name}:${value.replace(/^ | $/g, '')}` };
}

/** From the last to the first of each name, as verifiers take them (RFC 6376 §5.4.2); a name beyond the last of its fields adds nothing. */
function chosen(fields: readonly Field[]): { readonly names: readonly string[]; readonly lines: readonly string[] } {
  const fieldsNamed = (name: string) => fields.filter((field) => field.name === name).toReversed();
  const all = [...SEALED, ...SIGNED].flatMap(fieldsNamed);
  return { names: [...all.map(({ name }) => name), ...SEALED], lines: all.map(({ line }) => line) };
}

/** Lines of at most 78 octets (RFC 5322 §2.1.1). */
function folded(names: readonly string[]): string {
  let text = '';
  let length = 3;
  for (const [index, name] of names.entries()) {
    const part = index === 0 ? name : `:${name}`;
    if (length + part.length > 74) {
      text += '\r\n\t ';
      length = 2;
    }
    text += part;
    length += part.length;
  }
  return text;
}

/** RFC 6376 §3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split(/\r?\n/).map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
}
