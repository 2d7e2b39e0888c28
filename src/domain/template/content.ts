/** Where a tracked link leads: its address in pieces, with a value between each two. */
export interface TrackedTarget {
  readonly name: string;
  readonly literals: readonly string[];
  /** Expressions of the values: each is encoded where it stands. */
  readonly values: readonly string[];
}

/** A template in one language, compiled: nothing of the files that it was made of is needed to fill it. */
export interface TemplateText {
  readonly locale: string;
  /** Handlebars, plain text. */
  readonly subject: string;
  /** Handlebars, plain text; empty for none. */
  readonly preheader: string;
  /** Handlebars: the whole page. `{{tracked n …}}` stands for the address of `links[n]`. */
  readonly html: string;
  /** Handlebars, plain text; null: it is made from the page. */
  readonly text: string | null;
  readonly links: readonly TrackedTarget[];
}

/** What a version of a template says, in all its languages. */
export interface TemplateContent {
  /** In the order of the alphabet, each locale once. */
  readonly texts: readonly TemplateText[];
  /** The files that it was made of: their paths in the folder of templates, and what they said. */
  readonly files: { readonly [path: string]: string };
}

const languageOf = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0] ?? '';

/** Of things in several languages the one for a recipient: of the same locale, else of the same language, else English, else any. */
export function inLocale<T extends { readonly locale: string }>(all: readonly T[], locale: string): T | undefined {
  const same = all.find((one) => one.locale.toLowerCase() === locale.toLowerCase());
  const sameLanguage = all.find((one) => languageOf(one.locale) === languageOf(locale));
  return same ?? sameLanguage ?? all.find((one) => languageOf(one.locale) === 'en') ?? all[0];
}

/** The locale in which values are written: the recipient's own, if it is one of the language that the text is in. */
export const localeOfValues = (text: string, recipient: string): string =>
  languageOf(text) === languageOf(recipient) ? recipient : text;
