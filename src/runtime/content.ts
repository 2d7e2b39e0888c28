import path from 'node:path';
import { type LoadedForm, loadForms } from '../api/forms/load';
import { DEFAULT_PURPOSES } from '../domain/consent/purposes';
import type { Rules } from '../domain/rules';
import type { Known } from '../domain/sequence/checks';
import { compileTemplates, type Templates } from '../mail/templates';
import type { Config } from './config';
import { loadRules } from './rules';
import { knownFrom } from './sequence-files';

const ROOT = path.resolve(__dirname, '../..');

/** Where a company's files stand; what it has not set are the shipped ones. */
export function contentFolders(config: Pick<Config, 'sequencesDir' | 'templatesDir' | 'formsDir'>) {
  const sequences = path.resolve(config.sequencesDir ?? path.join(ROOT, 'sequences'));
  return {
    sequences,
    rules: path.join(sequences, 'rules'),
    templates: path.resolve(config.templatesDir ?? path.join(ROOT, 'templates')),
    forms: path.resolve(config.formsDir ?? path.join(ROOT, 'forms')),
  };
}

/** What a company has written: rules, mail templates and forms, all checked. */
export interface Content {
  readonly rules: Rules;
  readonly templates: Templates;
  readonly forms: ReadonlyMap<string, LoadedForm>;
  /** What a sequence may name. */
  readonly known: Known;
}

/** Reads all files anew. Throws VIV_RULES_INVALID, VIV_TEMPLATE_INVALID, VIV_FORM_INVALID and their kin, with file and line. */
export async function loadContent(config: Config): Promise<Content> {
  const folders = contentFolders(config);
  const rules = await loadRules(folders.rules);
  const templates = await compileTemplates(folders.templates);
  const known: Known = { ...knownFrom(rules), checkTemplate: (name, mail) => templates.check(name, mail) };
  const forms = loadForms(folders.forms, { purposes: rules.purposes ?? DEFAULT_PURPOSES });
  return { rules, templates, forms, known };
}
