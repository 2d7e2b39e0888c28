import { chooseLocale } from '../../../api/forms/languages';
import { type LoadedForm, loadForms } from '../../../api/forms/load';
import { failure } from '../../../domain/errors';
import { localesOf } from '../../../domain/forms/schema';
import type { Rules } from '../../../domain/rules';
import { suggestion } from '../../../domain/yaml/closest';
import { readConfig } from '../../../runtime/config';
import { contentFolders } from '../../../runtime/content';
import { loadRules } from '../../../runtime/rules';
import { runningSystem } from '../../../runtime/running';
import { aroundForms } from '../../forms-around';

export interface FolderOptions {
  readonly forms?: string;
}

/** For commands that take them. */
export const FORMS_OPTION = ['--forms <folder>', 'forms; default: the configured ones'] as const;
export const LANG_OPTION = ['--lang <locale>', 'language; default: the first of the form'] as const;

export interface ReadFolder {
  readonly forms: ReadonlyMap<string, LoadedForm>;
  readonly rules: Rules;
  /** Where people reach them. */
  readonly publicUrl: string;
}

/** Forms and rules as the files stand. Throws VIV_FORM_INVALID, VIV_RULES_INVALID. */
export async function readFolder({ forms }: FolderOptions): Promise<ReadFolder> {
  const config = readConfig(process.env);
  const folders = contentFolders(config);
  const rules = await loadRules(folders.rules);
  const publicUrl =
    config.publicUrl ?? runningSystem(config.dataDir)?.publicUrl ?? `http://${config.host}:${config.apiPort ?? 0}`;
  return {
    forms: loadForms(forms ?? folders.forms, aroundForms(rules)),
    rules,
    publicUrl: publicUrl.replace(/\/$/, ''),
  };
}

/** Throws VIV_FORM_UNKNOWN. */
export function formNamed({ forms }: ReadFolder, name: string): LoadedForm {
  const form = forms.get(name);
  if (!form) throw failure('VIV_FORM_UNKNOWN', { form: `${name}; ${suggestion(name, [...forms.keys()])}` });
  return form;
}

export const localeFor = (form: LoadedForm, lang: string | undefined): string =>
  chooseLocale(localesOf(form), lang === undefined ? {} : { asked: lang });

/** A running Viveiro says where it is; without one the address has no port that anybody listens on. */
export const isReachable = ({ publicUrl }: ReadFolder): boolean => !publicUrl.endsWith(':0');
