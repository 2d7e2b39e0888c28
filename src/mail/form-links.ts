import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify, validate } from 'uuid';
import { failure } from '../domain/errors';
import type { FactEvent } from '../domain/facts';
import type { Instant } from '../domain/ids';

/** What a form has brought to whoever sent it: the e-book, or the date for their calendar. */
export interface FormLink {
  readonly form: string;
  /** The showing that was sent. */
  readonly submission: string;
  /** When the link was made: how long it holds is for the form to say. */
  readonly at: Instant;
}

const VERSION = 1;
const AT_BYTES = 6;
const UUID_BYTES = 16;
const MAC_BYTES = 16;
const BODY_BYTES = 1 + AT_BYTES + UUID_BYTES;

/** A token for a URL: 52 letters, digits, `-` and `_`. `submission` must be a UUID. */
export function signFormLink(secret: string, { form, submission, at }: FormLink): string {
  const time = Buffer.alloc(AT_BYTES);
  time.writeUIntBE(at, 0, AT_BYTES);
  const body = Buffer.concat([Buffer.from([VERSION]), time, parse(submission)]);
  return Buffer.concat([body, macOf(secret, form, body)]).toString('base64url');
}

/** What a token stands for. Throws VIV_LINK_FORGED for whatever `signFormLink` did not make for this form with this secret. */
export function readFormLink(secret: string, form: string, token: string): FormLink {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  const isOurs =
    bytes.length === BODY_BYTES + MAC_BYTES &&
    bytes.toString('base64url') === token && // one spelling only: decoding forgives stray letters and bits
    timingSafeEqual(macOf(secret, form, body), bytes.subarray(BODY_BYTES));
  if (!isOurs || body[0] !== VERSION) throw failure('VIV_LINK_FORGED', {});
  return { form, submission: stringify(body.subarray(1 + AT_BYTES)), at: body.readUIntBE(1, AT_BYTES) };
}

/** The prefix keeps these apart from everything else that is signed with the same secret. */
function macOf(secret: string, form: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`form-link|${form}|`).update(body).digest().subarray(0, MAC_BYTES);
}

export interface FormUrls {
  readonly ebook?: string;
  readonly calendar?: string;
}

/** The addresses behind which it is, below the public address of the API. */
export const ebookPath = (form: string, token: string): string => `/f/${form}/file/${token}`;
export const calendarPath = (form: string, token: string): string => `/f/${form}/calendar/${token}`;

/** Which of several dates a link is about; everybody can see them, so it is not signed. Empty: there is one alone. */
export const sessionQuery = (mark: '?' | '&', session: unknown): string =>
  typeof session === 'string' && session !== '' ? `${mark}session=${encodeURIComponent(session)}` : '';

/** What the mail of a journey may link to, by the event that began it. */
export function urlsOfEntry(
  entry: FactEvent | undefined,
  { publicUrl, secret, now }: { readonly publicUrl: string; readonly secret: string; readonly now: Instant },
): FormUrls {
  const { form, submission, ebook, webinar, session } = entry?.properties ?? {};
  if (typeof form !== 'string' || typeof submission !== 'string' || !validate(submission)) return {};
  const token = signFormLink(secret, { form, submission, at: now });
  return {
    ...(ebook === undefined ? {} : { ebook: publicUrl + ebookPath(form, token) }),
    ...(webinar === undefined ? {} : { calendar: publicUrl + calendarPath(form, token) + sessionQuery('?', session) }),
  };
}
