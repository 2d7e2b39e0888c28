import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { failure } from '../../domain/errors';
import { problemsOf } from '../parse';
import { formSchema, type HostedForm } from './schema';

/**
 * The forms of a folder by name, one YAML file each, named like its form.
 * Throws VIV_FILE_UNREADABLE, VIV_YAML_INVALID, VIV_FORM_INVALID: each names the file.
 */
export function loadForms(folder: string): ReadonlyMap<string, HostedForm> {
  const files = namesIn(folder).filter((name) => /\.ya?ml$/.test(name));
  return new Map(files.sort().map((name) => [path.parse(name).name, loadForm(path.join(folder, name))]));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw failure('VIV_FILE_UNREADABLE', { file: folder, problem: 'the folder of forms cannot be listed' }, error);
  }
}

function loadForm(file: string): HostedForm {
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
  const [broken] = document.errors;
  if (broken) {
    const [problem = ''] = broken.message.split('\n');
    throw failure('VIV_YAML_INVALID', { file, line: broken.linePos?.[0].line ?? 1, problem });
  }
  const result = formSchema.safeParse(document.toJS());
  if (!result.success) throw failure('VIV_FORM_INVALID', { file, problems: problemsOf(result.error).join('\n') });
  const { name } = path.parse(file);
  if (result.data.form !== name)
    throw failure('VIV_FORM_INVALID', {
      file,
      problems: `form: is "${result.data.form}"; name it "${name}" like its file`,
    });
  return result.data;
}
