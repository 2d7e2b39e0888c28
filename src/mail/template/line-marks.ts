import type MarkdownIt from 'markdown-it';
import type { Origin } from './source';

/**
 * Elements of a page that is looked at say where their source stands: HTML by an attribute, MJML by a class, since it drops attributes
 * that it does not know. Both are taken out of what is sent.
 */
const ATTRIBUTE = 'data-viveiro-line';
const CLASS = 'viveiro-line-';

const numberOf = ({ file, line }: Origin): string => `${encodeURIComponent(file)}:${line}`;

/** Of a Markdown token: in the HTML that comes of it. */
export const noteLine = (token: MarkdownIt.Token, origin: Origin): void => token.attrSet(ATTRIBUTE, numberOf(origin));

/** Behind the name of an HTML element. */
export const lineAttribute = (origin: Origin): string => ` ${ATTRIBUTE}="${numberOf(origin)}"`;

/** Among the classes of an MJML element. */
export const lineClass = (origin: Origin): string => CLASS + Buffer.from(numberOf(origin)).toString('hex');

/** Where an element of the page says that it stands; undefined: it says nothing. */
export function noted(attributes: { readonly [name: string]: string }): Origin | undefined {
  const told = attributes[ATTRIBUTE] ?? fromClass(attributes.class ?? '');
  if (told === undefined) return undefined;
  const at = told.lastIndexOf(':');
  return { file: decodeURIComponent(told.slice(0, at)), line: Number(told.slice(at + 1)) };
}

function fromClass(classes: string): string | undefined {
  const [, hex] = /\bviveiro-line-([0-9a-f]+)\b/.exec(classes) ?? [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString();
}

/** The page as it is sent. */
export const withoutLines = (html: string): string => html.replaceAll(/ data-viveiro-line="[^"]*"/g, '');
