import Handlebars from 'handlebars';
import { compile } from 'html-to-text';
import { failure } from '../domain/errors';
import { localeOfValues, type TemplateText } from '../domain/template/content';
import { frozen } from './template/frozen';
import { HELPER_NAMES } from './template/helper-calls';
import { type Helper, helpersFor } from './template/intl';
import { addressFor } from './template/link-target';

export interface Filling {
  readonly data: object;
  /** Of the recipient: how dates and numbers are written, if the text is in their language. Default: of the text. */
  readonly locale?: string;
  /** Of the recipient. Default: UTC. */
  readonly timeZone?: string;
  /** What marketing mail ends with. */
  readonly footer?: {
    readonly postalAddress: string;
    readonly unsubscribeUrl: string;
    readonly preferencesUrl?: string;
  };
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
  /** Empty for none. */
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  /** Of the text that was used. */
  readonly locale: string;
  readonly links: readonly TrackedLink[];
}

/** Fills a template for one recipient: pure. Throws VIV_TEMPLATE_INVALID, which names the value that this recipient has not. */
export function render(text: TemplateText, { data, footer, trackedUrl, ...reader }: Filling, name: string): Rendered {
  const { locale: own } = text;
  const locale = localeOfValues(own, reader.locale ?? own);
  const links = createLinks(text, trackedUrl);
  const fills = fillsOf(text);
  const helpers = helpersFor({ locale, timeZone: reader.timeZone ?? 'UTC' });
  const fill = (part: Fill, given: unknown, tracked: Helper = links.inPage) =>
    orInvalid({ name, locale: own }, () => part(given, { helpers: { ...helpers, tracked } }));
  const plain = frozen(data);
  const subject = oneLine(fill(fills.subject, plain));
  const preheader = oneLine(fill(fills.preheader, plain));
  const whole = Object.freeze({ ...plain, mail: frozen({ subject, preheader, footer: footer ?? null }) });
  const html = fill(fills.html, whole);
  const written = fills.text ? fill(fills.text, whole, links.inText).trim() : toText(bodyOf(html));
  return { subject, preheader, html, text: written, locale: own, links: links.made };
}

/** Prints the data; throws for a value that is not there. */
type Fill = (data: unknown, o: { readonly helpers: { readonly [name: string]: Helper } }) => string;

interface Fills {
  readonly subject: Fill;
  readonly preheader: Fill;
  readonly html: Fill;
  readonly text: Fill | undefined;
}

/** Made once for each text, which never changes. */
const made = new WeakMap<TemplateText, Fills>();

function fillsOf(text: TemplateText): Fills {
  const found = made.get(text);
  if (found) return found;
  const { subject, preheader, html } = text;
  const fills = {
    subject: plainFill(subject),
    preheader: plainFill(preheader),
    html: fillFrom(html),
    text: text.text === null ? undefined : plainFill(text.text),
  };
  made.set(text, fills);
  return fills;
}

const KNOWN_HELPERS = Object.fromEntries(['tracked', ...HELPER_NAMES].map((name) => [name, true]));
const OPTIONS = { strict: true, knownHelpersOnly: true, knownHelpers: KNOWN_HELPERS };
const fillFrom = (source: string, options: CompileOptions = {}): Fill =>
  Handlebars.compile(source, { ...OPTIONS, ...options });
const plainFill = (source: string): Fill => fillFrom(source, { noEscape: true }); // no HTML yet: whoever makes some escapes it

/** The links of one mail, as they come up. */
function createLinks({ links }: TemplateText, trackedUrl: Filling['trackedUrl']) {
  const made: TrackedLink[] = [];
  const addressOf = (index: unknown, values: readonly unknown[]): TrackedLink => {
    const target = links[Number(index)];
    if (!target) throw new RangeError(`no link ${index}`); // the template's own numbers
    return { name: target.name, url: addressFor(target, values) };
  };
  const shown = (link: TrackedLink, position: number) => (trackedUrl ? trackedUrl(position) : link.url);
  const add = (link: TrackedLink) => shown(link, trackedUrl ? made.push(link) - 1 : 0);
  return {
    made,
    inPage: (index: unknown, ...values: readonly unknown[]): string => add(addressOf(index, values)),
    /** A text repeats the page: the same link has the same position. */
    inText: (index: unknown, ...values: readonly unknown[]): string => {
      const link = addressOf(index, values);
      const position = made.findIndex(({ name, url }) => name === link.name && url === link.url);
      return position >= 0 ? shown(link, position) : add(link);
    },
  };
}

function orInvalid({ name, locale }: { readonly name: string; readonly locale: string }, print: () => string): string {
  try {
    return print();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const cause = said.replace(/ not defined in .*/s, ' has no value'); // the rest is how the engine names its data
    const problem = `its text in ${locale} cannot be filled for this recipient: ${cause}; put {{#if …}} around what not everyone has`;
    throw failure('VIV_TEMPLATE_INVALID', { template: name, problem }, error);
  }
}

/** Header lines cannot break, whatever the values say. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();

/** What is read is read faster without a head. */
const bodyOf = (page: string): string => page.slice(Math.max(0, page.search(/<body[\s>]/i)));

const WIDTH = 78;
const HEADING = { options: { uppercase: false } };
/** Made once: the options are the same for every mail. */
const toText = compile({
  wordwrap: WIDTH,
  formatters: {
    footer: (element, walk, builder, options) => {
      builder.openBlock({ leadingLineBreaks: 2 });
      builder.addInline('-'.repeat(WIDTH));
      builder.closeBlock({ trailingLineBreaks: 2 });
      builder.openBlock(options);
      walk(element.children, builder);
      builder.closeBlock(options);
    },
  },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    { selector: 'img', format: 'skip' },
    { selector: 'div[style^="display:none"]', format: 'skip' }, // the preheader
    { selector: 'td > div', format: 'block', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } }, // a text of MJML
    { selector: 'div.footer', format: 'footer', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, ...HEADING })),
  ],
});
