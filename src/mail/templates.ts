import { isDeepStrictEqual } from 'node:util';
import { failure } from '../domain/errors';
import { inLocale, type TemplateContent } from '../domain/template/content';
import { suggestion } from '../domain/yaml/closest';
import { type Problem, problemText } from '../domain/yaml/problem';
import { type Filling, type Rendered, render } from './render';
import { type Compiled, compileDraft, type HtmlPage, htmlPage, mjmlPage } from './template/compile';
import { type Draft, readDraft } from './template/draft';
import { readTemplateFolder, type SourceFile, type TemplateFolder } from './template/files';
import { lint } from './template/lint/lint';
import { problemAt, problemsInOrder } from './template/problem';
import { isSalesTemplate } from './template/shape';

export type { Rendered, TrackedLink } from './render';

export interface RenderRequest extends Omit<Filling, 'locale'> {
  readonly template: string;
  /** Of the recipient: the template's text of the same locale, else of the same language, else `en`, else any. */
  readonly locale: string;
}

/** All templates of a folder, each in its languages; all of them valid. */
export interface Templates {
  readonly folder: string;
  readonly names: readonly string[];
  /** What speaks against mails of this purpose by this template in a sequence, each `message; fix`. */
  check(name: string, mail: { readonly purpose: string }): readonly string[];
  /** Everything that speaks against publishing a template, and warnings, beside what reading it has found. */
  lint(name: string, purpose?: string): readonly Problem[];
  /** As it would be published; undefined: there is none. */
  content(name: string): TemplateContent | undefined;
  /** As its files say it. Throws VIV_TEMPLATE_UNKNOWN, and VIV_TEMPLATE_INVALID for a value that this recipient has not. */
  render(request: RenderRequest): Rendered;
}

/** A folder as it was read: its templates, and everything that is wrong with them. */
export interface ReadTemplates {
  readonly templates: Templates;
  /** Errors: the folder cannot be used. Warnings: it can. */
  readonly problems: readonly Problem[];
  readonly compiled: readonly Compiled[];
  readonly samples: ReadonlyMap<string, SourceFile>;
}

/**
 * Reads and compiles a folder of templates. Throws VIV_TEMPLATE_INVALID with every problem of every file, each with its line, and
 * VIV_FILE_UNREADABLE.
 */
export async function compileTemplates(folder: string): Promise<Templates> {
  return orInvalid(folder, await readTemplates(folder));
}

/** The same without MJML, at once: for a folder that has none. */
export function loadTemplates(folder: string): Templates {
  const read = readDrafts(readTemplateFolder(folder));
  return orInvalid(folder, templatesFrom(read, read.drafts.map(plainPage)));
}

/** What was compiled last: a process that reads the same files again, as for each engine that it starts, has it at once. */
let last: { readonly folder: TemplateFolder; readonly compiled: Promise<ReadTemplates> } | undefined;

/** Reads and compiles a folder, and says what is wrong with it. Throws VIV_FILE_UNREADABLE. */
export async function readTemplates(path: string): Promise<ReadTemplates> {
  const folder = readTemplateFolder(path);
  if (!last || !isDeepStrictEqual(last.folder, folder)) last = { folder, compiled: compileFolder(folder) };
  return last.compiled;
}

async function compileFolder(folder: TemplateFolder): Promise<ReadTemplates> {
  const read = readDrafts(folder);
  const pages: HtmlPage[] = [];
  for (const draft of read.drafts) pages.push(draft.language === 'mjml' ? await mjmlPage(draft) : htmlPage(draft));
  return templatesFrom(read, pages);
}

interface ReadDrafts {
  readonly folder: TemplateFolder;
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
}

function readDrafts(folder: TemplateFolder): ReadDrafts {
  const read = folder.locales.map((files) => readDraft(files, folder));
  return {
    folder,
    drafts: read.flatMap(({ draft }) => draft ?? []),
    problems: [...folder.problems, ...read.flatMap(({ problems }) => problems)],
  };
}

function plainPage(draft: Draft): HtmlPage {
  if (draft.language === 'html') return htmlPage(draft);
  const said = { message: 'MJML is compiled where time does not matter', fix: 'read the folder with compileTemplates' };
  return { clean: '', noted: '', problems: [problemAt(draft.origin, said)] };
}

function templatesFrom({ folder, drafts, problems }: ReadDrafts, pages: readonly HtmlPage[]): ReadTemplates {
  const compiled = drafts.flatMap((draft, index) => {
    const page = pages[index];
    return page ? [compileDraft(draft, page)] : [];
  });
  const ofTemplate = (name: string) => compiled.filter((one) => one.draft.name === name);
  const contents = new Map(folder.names.map((name) => [name, contentOf(ofTemplate(name))]));
  const lintOf = (name: string, purpose?: string) =>
    problemsInOrder(ofTemplate(name).flatMap((one) => lint(one, { sample: folder.samples.get(name), purpose })));
  return {
    templates: templatesOf(folder.folder, contents, lintOf),
    problems: problemsInOrder([...problems, ...compiled.flatMap((one) => one.problems)]),
    compiled,
    samples: folder.samples,
  };
}

function contentOf(compiled: readonly Compiled[]): TemplateContent {
  const files = compiled.flatMap(({ draft }) => draft.files.map(({ path, text }) => [path, text] as const));
  return { texts: compiled.map(({ text }) => text), files: Object.fromEntries(files) };
}

function orInvalid(folder: string, { templates, problems }: ReadTemplates): Templates {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw failure('VIV_TEMPLATE_INVALID', { template: folder, problem: errors.map(problemText).join('\n') });
  return templates;
}

function templatesOf(
  folder: string,
  contents: ReadonlyMap<string, TemplateContent>,
  lintOf: Templates['lint'],
): Templates {
  const names = [...contents.keys()];
  return {
    folder,
    names,
    content: (name) => contents.get(name),
    lint: lintOf,
    check(name, { purpose }) {
      if (!contents.has(name)) return [`there is no template "${name}" in ${folder}; ${suggestion(name, names)}`];
      if (!isSalesTemplate(name)) return lintOf(name, purpose).flatMap((problem) => refusal(problem));
      return [`template "${name}" is for mails to sales, which the handoff sends; name another, or use a handoff step`];
    },
    render({ template, locale, ...rest }) {
      const content = contents.get(template);
      if (content) return renderContent(template, content, { locale, ...rest });
      throw failure('VIV_TEMPLATE_UNKNOWN', { template, folder });
    },
  };
}

/** As a sequence is told of what is wrong with a template that it names. Warnings are for whoever writes the template. */
const refusal = ({ severity, file, line, message, fix }: Problem): readonly string[] =>
  severity === 'error' ? [`${file}:${line}: ${message}; ${fix}`] : [];

/** Fills the text of a template that fits the recipient. Throws VIV_TEMPLATE_INVALID. */
export function renderContent(
  template: string,
  { texts }: TemplateContent,
  filling: Filling & { readonly locale: string },
): Rendered {
  const text = inLocale(texts, filling.locale);
  if (text) return render(text, filling, template);
  throw failure('VIV_TEMPLATE_INVALID', { template, problem: 'it has no text in any language' });
}
