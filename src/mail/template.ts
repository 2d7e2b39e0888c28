import Handlebars from 'handlebars';
import type { Problem } from '../domain/yaml/problem';
import { bodyTemplate } from './body';
import { markExpressions } from './expressions';
import { cutTemplate, type HeadText } from './front-matter';
import type { TrackedTarget } from './link-target';
import { shapeFor } from './shape';
import { placedIn } from './template-problem';

/** One template in one language, ready to be filled. */
export interface Template {
  readonly name: string;
  readonly locale: string;
  readonly file: string;
  readonly subject: Fill;
  readonly preheader: Fill;
  readonly body: Fill;
  readonly links: readonly TrackedTarget[];
}

/** Prints the data; throws for a value that is not there. `tracked` gives the address of link `index`. */
export type Fill = (data: unknown, o?: { readonly helpers: { readonly tracked: Tracked } }) => string;
export type Tracked = (index: number, ...values: readonly unknown[]) => string;

export interface TemplateFile {
  readonly name: string;
  readonly locale: string;
  readonly file: string;
  readonly text: string;
}

const OPTIONS = { strict: true, knownHelpersOnly: true, knownHelpers: { tracked: true } };

/** Reads one file. Every expression is looked at, so that all that can still go wrong is a value that one recipient has not. */
export function parseTemplate({
  name,
  locale,
  file,
  text,
}: TemplateFile): Template | { readonly problems: readonly Problem[] } {
  const parts = cutTemplate(text, file);
  if ('problems' in parts) return parts;
  const { subject, preheader } = parts;
  const shape = shapeFor(name);
  const marked = markExpressions(parts.body, shape, parts.bodyLine);
  const { html, links, problems } = bodyTemplate(marked, parts.bodyLine);
  const inHead = [subject, preheader].flatMap(({ text, line }) => markExpressions(text, shape, line).problems);
  const all = [...inHead, ...marked.problems, ...problems].toSorted((a, b) => a.line - b.line);
  if (all.length > 0) return { problems: all.map((problem) => placedIn(file, problem)) };
  return { name, locale, file, subject: plain(subject), preheader: plain(preheader), body: compiled(html), links };
}

const plain = ({ text }: HeadText): Fill => compiled(text, { noEscape: true }); // no HTML yet: whoever makes some escapes it
const compiled = (source: string, options: CompileOptions = {}): Fill =>
  Handlebars.compile(source, { ...OPTIONS, ...options });
