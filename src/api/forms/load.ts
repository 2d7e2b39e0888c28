import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../../domain/errors';
import { parseYaml, placed } from '../../domain/yaml/parse';
import { problemText, senseless } from '../../domain/yaml/problem';
import { formSchema, type HostedForm } from './schema';

/**
 * The forms of a folder by name, one YAML file each, named like its form. Throws VIV_FILE_UNREADABLE, and VIV_FORM_INVALID with
 * every problem of a file, each with its line.
 */
export function loadForms(folder: string): ReadonlyMap<string, HostedForm> {
  const files = orUnreadable(folder, () => readdirSync(folder)).filter((name) => /\.ya?ml$/.test(name));
  return new Map(files.sort().map((name) => [path.parse(name).name, loadForm(path.join(folder, name))]));
}

function orUnreadable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    throw failure('VIV_FILE_UNREADABLE', { file, problem: `the system says ${code ?? String(error)}` }, error);
  }
}

function loadForm(file: string): HostedForm {
  const parsed = parseYaml(
    orUnreadable(file, () => readFileSync(file, 'utf8')),
    file,
    formSchema,
  );
  const { name } = path.parse(file);
  if (parsed.type === 'valid' && parsed.value.form === name) return parsed.value;
  const problems =
    parsed.type === 'invalid'
      ? parsed.problems
      : placed([senseless(['form'], `is "${parsed.value.form}"`, `name it "${name}" like its file`)], parsed.tree);
  throw failure('VIV_FORM_INVALID', { file, problems: problems.map(problemText).join('\n') });
}
