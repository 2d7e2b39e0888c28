import { compile } from 'html-to-text';
import { failure } from '../domain/errors';
import { type Letter, letterPage, readableHtml } from './layout';
import { addressFor } from './link-target';
import type { Fill, Template, Tracked } from './template';

export interface RenderRequest {
  readonly template: string;
  /** Of the recipient: the template's file of the same locale, else of the same language, else `en`, else any. */
  readonly locale: string;
  readonly data: object;
  /** What marketing mail ends with, in the language of the file. */
  readonly footer?: Letter['footer'];
  /** The address that stands in the mail for the tracked link at this position (from 0); left out, links lead straight on. */
  readonly trackedUrl?: (position: number) => string;
}

/** A link that leads through us; its index is its position. */
export interface TrackedLink {
  readonly name: string;
  readonly url: string;
}

export interface Rendered {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Of the file that was used. */
  readonly locale: string;
  readonly links: readonly TrackedLink[];
}

/** Fills a template for one recipient: pure. Throws VIV_TEMPLATE_INVALID, which names the value that this recipient has not. */
export function render(
  template: Template,
  { data, footer, trackedUrl }: Omit<RenderRequest, 'template' | 'locale'>,
): Rendered {
  const links: TrackedLink[] = [];
  const tracked: Tracked = (index, ...values) => {
    const target = template.links[index];
    if (!target) throw new RangeError(`no link ${index}`); // the template's own numbers
    const url = addressFor(target, values);
    return trackedUrl ? trackedUrl(links.push({ name: target.name, url }) - 1) : url;
  };
  const fill = (part: Fill) => orInvalid(template, () => part(data, { helpers: { tracked } }));
  const subject = oneLine(fill(template.subject));
  const preheader = oneLine(fill(template.preheader));
  const letter: Letter = { lang: template.locale, subject, preheader, body: fill(template.body), footer };
  return { subject, html: letterPage(letter), text: plainText(letter), locale: template.locale, links };
}

function orInvalid({ name, file }: Template, print: () => string): string {
  try {
    return print();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const cause = said.replace(/ not defined in .*/s, ' has no value'); // the rest is how the engine names its data
    const problem = `${file} cannot be filled for this recipient: ${cause}; put {{#if …}} around what not everyone has`;
    throw failure('VIV_TEMPLATE_INVALID', { template: name, problem }, error);
  }
}

/** Header lines cannot break, whatever the values say. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();

const HEADING = { options: { uppercase: false } };
/** Made once: the options are the same for every mail. */
const toText = compile({
  wordwrap: 78,
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, ...HEADING })),
  ],
});

const plainText = (letter: Letter): string => toText(readableHtml(letter));
