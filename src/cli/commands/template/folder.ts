import path from 'node:path';
import { failure } from '../../../domain/errors';
import { suggestion } from '../../../domain/yaml/closest';
import { type Problem, problemText } from '../../../domain/yaml/problem';
import { type ReadTemplates, readTemplates } from '../../../mail/templates';
import { readConfig } from '../../../runtime/config';
import { contentFolders } from '../../../runtime/content';

export interface FolderOptions {
  readonly templates?: string;
}

/** For commands that take it. */
export const TEMPLATES_OPTION = ['--templates <folder>', 'mail templates; default: the configured ones'] as const;

/** The folder as it stands, with all that is wrong with it. */
export function readFolder({ templates }: FolderOptions): Promise<ReadTemplates> {
  return readTemplates(templates ?? contentFolders(readConfig(process.env)).templates);
}

/** The names that were asked for, or all. Throws VIV_TEMPLATE_UNKNOWN. */
export function namesAsked({ templates }: ReadTemplates, names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !templates.names.includes(name));
  if (unknown !== undefined)
    throw failure('VIV_TEMPLATE_UNKNOWN', {
      template: unknown,
      folder: `${templates.folder}; ${suggestion(unknown, templates.names)}`,
    });
  return names.length > 0 ? names : templates.names;
}

/** Everything that was found in these templates, and in what all of them share. */
export function problemsOf(read: ReadTemplates, names: readonly string[]): readonly Problem[] {
  const { templates, problems } = read;
  const isAll = names.length === templates.names.length;
  const found = isAll ? problems : problems.filter(isAbout(read, names));
  const linted = names.flatMap((name) => templates.lint(name));
  const key = ({ file, line, code, message }: Problem) => [file, line, code, message].join('\n');
  return [...new Map([...found, ...linted].map((problem) => [key(problem), problem])).values()];
}

function isAbout({ templates }: ReadTemplates, names: readonly string[]): (problem: Problem) => boolean {
  const folders = [...names, '_partials', '_layouts'].map((name) => path.join(templates.folder, name));
  return ({ file }) => folders.some((folder) => file === folder || file.startsWith(folder + path.sep));
}

/** Throws VIV_TEMPLATE_INVALID for templates that must not be published. */
export function refuseErrors(read: ReadTemplates, names: readonly string[]): void {
  refuse(problemsOf(read, names), names);
}

/** The same for templates that cannot even be looked at. */
export function refuseUnreadable(read: ReadTemplates, names: readonly string[]): void {
  refuse(read.problems.filter(isAbout(read, names)), names);
}

function refuse(problems: readonly Problem[], names: readonly string[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw failure('VIV_TEMPLATE_INVALID', {
      template: names.join(', '),
      problem: `\n${errors.map(problemText).join('\n')}`,
    });
}
