import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../../domain/errors';
import { type Around, formProblems } from '../../domain/forms/problems';
import { formSchema, type HostedForm } from '../../domain/forms/schema';
import { parseYaml, placed } from '../../domain/yaml/parse';
import { inOrder, type Problem, problemText, senseless } from '../../domain/yaml/problem';

/** Where the files of e-books stand, beside the forms. */
export const FILES_FOLDER = 'files';

/** A form with where it came from. */
export type LoadedForm = HostedForm & {
  /** Folder of the files that it may hand out. */
  readonly filesFolder?: string;
};

export type ReadForm =
  | { readonly type: 'valid'; readonly file: string; readonly form: LoadedForm; readonly warnings: readonly Problem[] }
  | { readonly type: 'invalid'; readonly file: string; readonly problems: readonly Problem[] };

/**
 * The forms of a folder by name, one YAML file each, named like its form. Throws VIV_FILE_UNREADABLE, and VIV_FORM_INVALID with
 * every problem of a file, each with its line.
 */
export function loadForms(folder: string, around: Around = {}): ReadonlyMap<string, LoadedForm> {
  const files = orUnreadable(folder, () => readdirSync(folder)).filter((name) => /\.ya?ml$/.test(name));
  return new Map(
    files.sort().map((name) => {
      const read = readForm(path.join(folder, name), around);
      if (read.type === 'valid') return [read.form.form, read.form] as const;
      throw failure('VIV_FORM_INVALID', { file: read.file, problems: read.problems.map(problemText).join('\n') });
    }),
  );
}

/** One form, read and checked. Throws VIV_FILE_UNREADABLE. */
export function readForm(file: string, around: Around = {}): ReadForm {
  const filesFolder = path.join(path.dirname(path.resolve(file)), FILES_FOLDER);
  const text = orUnreadable(file, () => readFileSync(file, 'utf8'));
  const parsed = parseYaml(text, file, formSchema);
  if (parsed.type === 'invalid') return { type: 'invalid', file, problems: parsed.problems };
  const { value: form, tree } = parsed;
  const { name } = path.parse(file);
  const found = [
    ...(form.form === name ? [] : [senseless(['form'], `is "${form.form}"`, `name it "${name}" like its file`)]),
    ...formProblems(form, { ...around, files: namesIn(filesFolder) }),
  ];
  const problems = inOrder(placed(found, tree));
  if (problems.some(({ severity }) => severity === 'error')) return { type: 'invalid', file, problems };
  return { type: 'valid', file, form: { ...form, filesFolder }, warnings: problems };
}

/** Files themselves: what only leads to one is none, lest it lead elsewhere. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    if (code === 'ENOENT') return [];
    throw failure('VIV_FILE_UNREADABLE', { file: folder, problem: `the system says ${code ?? String(error)}` }, error);
  }
}

function orUnreadable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    throw failure('VIV_FILE_UNREADABLE', { file, problem: `the system says ${code ?? String(error)}` }, error);
  }
}
