import { type Headers, header } from './headers';

/** A part of a message that is neither its text nor its HTML, as text; a long one is cut. */
export interface Part {
  /** Media type in lower case: `message/delivery-status`. */
  readonly type: string;
  readonly text: string;
}

/** A message that came in, taken apart and bounded. Texts hold no NUL. */
export interface InboundMessage {
  /** Addresses that it came to, in lower case: those of the envelope where there is one, else of its headers. */
  readonly to: readonly string[];
  /** Address of the header From, in lower case; empty: none. */
  readonly from: string;
  /** All addresses of the header From, in lower case. */
  readonly authors: readonly string[];
  readonly subject: string;
  readonly headers: Headers;
  /** Of the whole: `multipart/report`. */
  readonly type: string;
  /** Parameter report-type, in lower case; empty: none. */
  readonly reportType: string;
  /** What a person would read: plain text, else HTML as text. */
  readonly text: string;
  readonly parts: readonly Part[];
}

/** The first value of a header; empty: none. */
export const headerOf = (message: InboundMessage, name: string): string => header(message.headers, name);

/** All parts of one of these media types. */
export const partsOf = (message: InboundMessage, ...types: readonly string[]): readonly Part[] =>
  message.parts.filter(({ type }) => types.includes(type));
