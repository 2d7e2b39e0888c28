import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../domain/errors';
import { suggestion } from '../domain/yaml/closest';
import { type Problem, problemText } from '../domain/yaml/problem';
import { type Rendered, type RenderRequest, render } from './render';
import { SALES_TEMPLATES } from './shape';
import { parseTemplate, type Template } from './template';
import { placedIn } from './template-problem';

export type { Rendered, RenderRequest, TrackedLink } from './render';

/** All templates of a folder, each in its languages; all of them valid. */
export interface Templates {
  readonly names: readonly string[];
  /** What speaks against mails of this purpose by this template in a sequence, each `message; fix`. */
  check(name: string, mail: { readonly purpose: string }): readonly string[];
  /** Throws VIV_TEMPLATE_UNKNOWN, and VIV_TEMPLATE_INVALID for a value that this recipient has not. */
  render(request: RenderRequest): Rendered;
}

/**
 * Reads `<name>/<locale>.md` in a folder. Throws VIV_TEMPLATE_INVALID with every problem of every file, each with its line, and
 * VIV_FILE_UNREADABLE.
 */
export function loadTemplates(folder: string): Templates {
  const templates = new Map<string, readonly Template[]>();
  const problems: Problem[] = [];
  for (const name of entriesOf(folder, 'folder')) {
    const read = entriesOf(path.join(folder, name), 'file').map((entry) =>
      readOne(path.join(folder, name), { name, entry }),
    );
    problems.push(...read.flatMap((one) => ('problems' in one ? one.problems : [])));
    templates.set(
      name,
      read.flatMap((one) => ('problems' in one ? [] : [one])),
    );
  }
  if (problems.length > 0)
    throw failure('VIV_TEMPLATE_INVALID', { template: folder, problem: problems.map(problemText).join('\n') });
  return templatesOf(folder, templates);
}

function templatesOf(folder: string, templates: ReadonlyMap<string, readonly Template[]>): Templates {
  const names = [...templates.keys()];
  return {
    names,
    check(name) {
      if (!templates.has(name)) return [`there is no template "${name}" in ${folder}; ${suggestion(name, names)}`];
      if (!SALES_TEMPLATES.includes(name)) return [];
      return [`template "${name}" is for mails to sales, which the handoff sends; name another, or use a handoff step`];
    },
    render({ template, locale, ...rest }) {
      const found = inLocale(templates.get(template) ?? [], locale);
      if (!found) throw failure('VIV_TEMPLATE_UNKNOWN', { template, folder });
      return render(found, rest);
    },
  };
}

const languageOf = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0] ?? '';

/** The file for a recipient: of the same locale, else of the same language, else English, else any. */
function inLocale(all: readonly Template[], locale: string): Template | undefined {
  const same = (wanted: string) => all.find((one) => one.locale.toLowerCase() === wanted.toLowerCase());
  const sameLanguage = all.find((one) => languageOf(one.locale) === languageOf(locale));
  const english = all.find((one) => languageOf(one.locale) === 'en');
  return same(locale) ?? sameLanguage ?? english ?? all[0];
}

const LOCALE_FILE = /^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)\.md$/;

function readOne(
  folder: string,
  { name, entry }: { readonly name: string; readonly entry: string },
): Template | { readonly problems: readonly Problem[] } {
  const file = path.join(folder, entry);
  const locale = LOCALE_FILE.exec(entry)?.[1];
  if (locale === undefined) return { problems: [placedIn(file, MISNAMED)] };
  return parseTemplate({ name, locale, file, text: textOf(file) });
}

const MISNAMED = { line: 1, message: 'its name is no locale', fix: 'name it like en.md or pt-BR.md' };

function textOf(file: string): string {
  return orUnreadable(file, () => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)));
}

/** By name, without what the system hides. */
function entriesOf(folder: string, type: 'folder' | 'file'): readonly string[] {
  const entries = orUnreadable(folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (type === 'folder' ? entry.isDirectory() : !entry.isDirectory()))
    .map(({ name }) => name)
    .sort();
}

function orUnreadable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    const problem = code === 'ENOENT' ? 'it is not there' : `the system says ${code ?? String(error)}`;
    throw failure('VIV_FILE_UNREADABLE', { file, problem }, error);
  }
}
