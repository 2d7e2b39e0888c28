import type { Problem } from '../../domain/yaml/problem';
import { type Body, bodyHtml } from './body';
import { markExpressions, type Partial, type Reading } from './expressions';
import {
  type BodyKind,
  type LocaleFiles,
  type PartialKind,
  type SharedFile,
  type SourceFile,
  sharedFor,
  type TemplateFolder,
} from './files';
import { cutTemplate, type TemplateParts } from './front-matter';
import { footerPartial, letterLayout } from './layout';
import { type Language, type Page, readMarkup } from './markup';
import { problemAt } from './problem';
import { headShapeFor, shapeFor } from './shape';
import type { Origin, SourceText } from './source';

/** A template in one language, read: its page is still MJML if it was written so, and its links lead straight on. */
export interface Draft {
  readonly name: string;
  readonly locale: string;
  readonly purpose: 'marketing' | 'transactional';
  readonly subject: string;
  readonly preheader: string;
  readonly language: Language;
  /** The page with marks, as it was put together. */
  readonly source: SourceText;
  readonly page: Page;
  /** With marks. */
  readonly text: string | undefined;
  readonly textOrigin: Origin;
  /** Where the body begins. */
  readonly origin: Origin;
  readonly body: Body;
  /** Everything that it was made of. */
  readonly files: readonly SourceFile[];
}

/** Reads the files of a template in one language. Undefined: it is too broken to make a page of; the problems say why. */
export function readDraft(
  files: LocaleFiles,
  folder: TemplateFolder,
): { readonly draft: Draft | undefined; readonly problems: readonly Problem[] } {
  const parts = cutTemplate(files.body.text, files.body.file);
  if ('problems' in parts) return { draft: undefined, problems: parts.problems };
  const body: Body = { tags: [], problems: [], links: [] };
  const drafting: Drafting = { files, folder, parts, body, used: new Set([files.body]) };
  readHead(drafting);
  const page = pageOf(drafting);
  // what is wrong with Markdown would be told again of its HTML
  if (!page || (files.kind === 'md' && body.problems.some(isError)))
    return { draft: undefined, problems: body.problems };
  const { language, source } = page;
  const { text } = files;
  const draft: Draft = {
    name: files.name,
    locale: files.locale,
    purpose: parts.purpose,
    subject: parts.subject.text,
    preheader: parts.preheader.text,
    language,
    source,
    page: readMarkup(source, body, language),
    text: text && read(drafting, text, { kinds: ['txt'], footer: 'txt' }).text,
    textOrigin: { file: text?.file ?? files.body.file, line: 1 },
    origin: { file: files.body.file, line: parts.bodyLine },
    body,
    files: [...drafting.used, ...(text ? [text] : [])],
  };
  return { draft, problems: body.problems };
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

interface Drafting {
  readonly files: LocaleFiles;
  readonly folder: TemplateFolder;
  readonly parts: TemplateParts;
  readonly body: Body;
  readonly used: Set<SourceFile>;
}

/** Looks at subject and preheader: they are compiled as they stand. */
function readHead({ files, parts, body }: Drafting): void {
  const marks = { tags: [], problems: body.problems };
  const partial = () => ({ known: [] });
  const reading: Reading = { marks, shape: headShapeFor(files.name), locale: files.locale, partial };
  for (const { text, line } of [parts.subject, parts.preheader])
    markExpressions(text, { file: files.body.file, line }, reading);
}

interface Kinds {
  /** Of the partials that it may include. */
  readonly kinds: readonly PartialKind[];
  /** Left out: the page around it has the footer. */
  readonly footer?: Parameters<typeof footerPartial>[1];
  /** Of a layout: what stands in it. */
  readonly inner?: SourceText;
}

const KINDS = {
  md: { kinds: ['md'] },
  html: { kinds: ['html'], footer: 'html' },
  mjml: { kinds: ['mjml', 'html'], footer: 'mjml' },
} as const satisfies { readonly [K in BodyKind]: Kinds };

function read(
  drafting: Drafting,
  { file, text }: Pick<SourceFile, 'file' | 'text'>,
  kinds: Kinds,
  line = 1,
): SourceText {
  const { files, body } = drafting;
  const partial = (name: string) => partialFor(drafting, name, kinds);
  const reading: Reading = { marks: body, shape: shapeFor(files.name), locale: files.locale, partial };
  return markExpressions(text, { file, line }, reading);
}

function partialFor(
  { files, folder, used }: Drafting,
  name: string,
  { kinds, footer, inner }: Kinds,
): Partial | { readonly known: readonly string[] } {
  const { locale } = files;
  const found = sharedFor(folder.partials, { name, kinds, locale });
  if (found) {
    used.add(found);
    return { type: 'file', file: found.file, text: found.text };
  }
  if (name === 'footer' && footer) return { type: 'file', file: '{{> footer}}', text: footerPartial(locale, footer) };
  if (name === 'body' && inner) return { type: 'read', source: inner };
  const known = folder.partials.filter(({ kind }) => kinds.includes(kind)).map((one) => one.name);
  return { known: [...new Set([...known, ...(footer ? ['footer'] : []), ...(inner ? ['body'] : [])])] };
}

interface WholePage {
  readonly language: Language;
  readonly source: SourceText;
}

/** Undefined: there is nothing around the body that would make it a page. */
function pageOf(drafting: Drafting): WholePage | undefined {
  const { files, parts, body } = drafting;
  const { kind } = files;
  const own = read(drafting, { file: files.body.file, text: parts.body }, KINDS[kind], parts.bodyLine);
  const inner = kind === 'md' ? ofMarkdown(own, body, { file: files.body.file, line: parts.bodyLine }) : own;
  const isWhole = kind !== 'md' && (kind === 'html' ? /<html[\s>]/i : /<mjml[\s>]/i).test(parts.body);
  if (isWhole) {
    if (parts.layout) complain(drafting, parts.layout.line, 'a whole page takes no layout', 'take `layout:` out');
    return { language: kind, source: own };
  }
  if (parts.layout) return inLayout(drafting, { inner, name: parts.layout.text, line: parts.layout.line });
  if (kind === 'mjml') {
    complain(drafting, parts.bodyLine, 'it is no whole page', 'begin it with <mjml>, or name a layout: `layout: name`');
    return undefined;
  }
  return {
    language: 'html',
    source: around(drafting, { file: '(letter)', text: letterLayout(files.locale) }, { kind: 'html', inner }),
  };
}

function ofMarkdown(source: SourceText, body: Body, origin: Origin): SourceText {
  const text = bodyHtml(source, body);
  return { text, lines: text.split('\n').map(() => origin) };
}

function complain({ body, files }: Drafting, line: number, message: string, fix: string): void {
  body.problems.push(problemAt({ file: files.body.file, line }, { message, fix }));
}

function inLayout(
  drafting: Drafting,
  { inner, name, line }: { readonly inner: SourceText; readonly name: string; readonly line: number },
): WholePage | undefined {
  const { files, folder, used } = drafting;
  const kinds = files.kind === 'mjml' ? (['mjml'] as const) : (['html', 'mjml'] as const);
  const layout = sharedFor(folder.layouts, { name, kinds, locale: files.locale });
  if (!layout) {
    const known = [...new Set(folder.layouts.map((one) => one.name))].join(', ') || 'none';
    complain(
      drafting,
      line,
      `there is no layout "${name}" for .${files.kind}`,
      `known: ${known}; write _layouts/${name}.${kinds[0]}`,
    );
    return undefined;
  }
  used.add(layout);
  const language = layout.kind === 'mjml' ? 'mjml' : 'html';
  return { language, source: around(drafting, layout, { kind: language, inner }) };
}

function around(
  drafting: Drafting,
  layout: Pick<SharedFile, 'file' | 'text'>,
  { kind, inner }: { readonly kind: Language; readonly inner: SourceText },
): SourceText {
  const bodies = layout.text.match(/\{\{~?>\s*body\s*~?\}\}/g) ?? [];
  if (bodies.length !== 1)
    drafting.body.problems.push(
      problemAt(
        { file: layout.file, line: 1 },
        {
          message: `a layout shows the body once, this one ${bodies.length} times`,
          fix: 'write {{> body}} where it stands',
        },
      ),
    );
  return read(drafting, layout, { ...KINDS[kind], inner });
}
