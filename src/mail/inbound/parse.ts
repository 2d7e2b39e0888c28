import {
  type AddressObject,
  type EmailAddress,
  type ParsedMail,
  type SimpleParserOptions,
  simpleParser,
} from 'mailparser';
import { failure } from '../../domain/errors';
import { headersIn } from '../../domain/inbound/headers';
import type { InboundMessage, Part } from '../../domain/inbound/message';
import { storable } from '../../domain/inbound/storable';

/** Who sent it to whom, as the server that brought it was told. */
export interface Envelope {
  /** Empty: the null sender of reports. */
  readonly from: string;
  readonly to: readonly string[];
}

const KILOBYTE = 1_024;
const MOST_HEAD_BYTES = 256 * KILOBYTE;
const MOST_NODES = 100;
const MOST_PARTS = 20;
const MOST_TEXT = 64 * KILOBYTE;
const MOST_RECIPIENTS = 50;
const MOST_HTML = 512 * KILOBYTE;

/** Parts are never unpacked: an archive is so many bytes, whatever is in it. `ignoreEmbedded`: a mail within a mail stays a part. */
const OPTIONS: SimpleParserOptions & { readonly [limit: string]: number | boolean } = {
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false,
  maxHtmlLengthToParse: MOST_HTML,
  maxHeadSize: MOST_HEAD_BYTES,
  maxChildNodes: MOST_NODES,
};

/** Takes a message apart, within bounds. Throws VIV_INBOUND_UNREADABLE for one that goes beyond them. */
export async function parseMessage(source: Buffer, envelope?: Envelope): Promise<InboundMessage> {
  const mail = await parsed(source);
  const type = mail.headers.get('content-type');
  const { value = 'text/plain', params = {} } = isTyped(type) ? type : {};
  const authors = addressesIn(mail.from);
  return {
    to: recipientsOf(mail, envelope),
    from: authors[0] ?? '',
    authors,
    subject: storable(mail.subject ?? '').slice(0, 1_000),
    headers: headersIn(headOf(source)),
    type: value.toLowerCase(),
    reportType: (params['report-type'] ?? '').toLowerCase(),
    text: storable((mail.text ?? '').slice(0, MOST_TEXT)),
    parts: mail.attachments.slice(0, MOST_PARTS).map(partOf),
  };
}

async function parsed(source: Buffer): Promise<ParsedMail> {
  try {
    return await simpleParser(source, OPTIONS);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('HTML')) throw unreadable(error);
  }
  try {
    return await simpleParser(source, { ...OPTIONS, skipHtmlToText: true });
  } catch (error) {
    throw unreadable(error);
  }
}

const unreadable = (error: unknown) =>
  failure('VIV_INBOUND_UNREADABLE', { problem: error instanceof Error ? error.message : String(error) }, error);

interface Typed {
  readonly value?: string;
  readonly params?: { readonly [name: string]: string };
}

const isTyped = (value: unknown): value is Typed => typeof value === 'object' && value !== null && 'params' in value;

function partOf({ contentType, content }: ParsedMail['attachments'][number]): Part {
  const isText = /^(message|text)\//i.test(contentType);
  return { type: contentType.toLowerCase(), text: isText ? storable(content.toString('utf8', 0, MOST_TEXT)) : '' };
}

/** The bytes up to the first empty line. */
function headOf(source: Buffer): string {
  const text = source.toString('latin1', 0, MOST_HEAD_BYTES);
  const end = /\r?\n\r?\n/.exec(text);
  return storable(end ? text.slice(0, end.index) : text);
}

function addressesIn(object: AddressObject | AddressObject[] | undefined): readonly string[] {
  const entries: readonly EmailAddress[] = [object ?? []].flat().flatMap(({ value }) => value);
  const whole = entries.flatMap((entry) => [entry, ...(entry.group ?? [])]);
  return whole.flatMap(({ address }) => (address ? [storable(address).toLowerCase().slice(0, 320)] : []));
}

/** Where a mailbox was handed the message, the envelope's recipient stands in one of these. */
const ENVELOPE_HEADERS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-rcpt-to'];

function recipientsOf(mail: ParsedMail, envelope: Envelope | undefined): readonly string[] {
  const told = envelope
    ? envelope.to.map((address) => storable(address).toLowerCase())
    : [
        ...ENVELOPE_HEADERS.flatMap((name) => textsOf(mail.headers.get(name))),
        ...addressesIn(mail.to),
        ...addressesIn(mail.cc),
      ];
  return [...new Set(told)].slice(0, MOST_RECIPIENTS);
}

/** Addresses in a header that mailparser may or may not have taken apart. */
function textsOf(value: unknown): readonly string[] {
  const texts = [value].flat().map((one) => (typeof one === 'string' ? one : isAddress(one) ? one.text : ''));
  return texts.flatMap((text) =>
    [...text.matchAll(/[^\s<>,;"]{1,64}@[^\s<>,;"]{1,255}/g)].map(([address]) => address.toLowerCase()),
  );
}

const isAddress = (value: unknown): value is { readonly text: string } =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
