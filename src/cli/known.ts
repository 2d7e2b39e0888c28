import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Known } from '../domain/sequence/checks';
import { compileTemplates, type Templates } from '../mail/templates';
import { readConfig } from '../runtime/config';
import { contentFolders } from '../runtime/content';
import { loadRules } from '../runtime/rules';
import { knownFrom, sequencesIn } from '../runtime/sequence-files';
import { rulesFolderOf, sequenceFilesOf } from '../runtime/sequence-folders';
import type { TurnDeps } from '../store/turn';

/** Where a command looks for what sequence files may name. */
export interface KnownOptions {
  readonly rules?: string;
  readonly templates?: string;
}

/** What the files may name: rules (beside the first path, as in the shipped folder) and templates. */
export async function knownFor(paths: readonly string[], options: KnownOptions): Promise<Known> {
  const { known } = await contentFor(paths, options);
  return known;
}

/** What the files may name, the rules themselves, to decide by, and the templates, to publish them. */
export async function contentFor(
  paths: readonly string[],
  options: KnownOptions,
): Promise<{ readonly known: Known; readonly deps: TurnDeps; readonly templates: Templates }> {
  const folders = contentFolders(readConfig(process.env));
  const beside = rulesFolderOf(paths[0] ?? '.');
  const rules = await loadRules(options.rules ?? (existsSync(beside) ? beside : folders.rules));
  const templates = await compileTemplates(options.templates ?? folders.templates);
  const known: Known = { ...knownFrom(rules), checkTemplate: (name, mail) => templates.check(name, mail) };
  return { known, deps: { rules }, templates };
}

/** The same without a database: the sequences that may be joined are the files themselves, those beside them, and the configured ones. */
export async function knownWithoutDatabase(files: readonly string[], known: Known): Promise<Known> {
  const { sequences } = contentFolders(readConfig(process.env));
  const beside = files.flatMap((file) => sequenceFilesOf([path.dirname(file)]).filter((one) => isBeside(one, file)));
  const configured = existsSync(sequences) ? sequenceFilesOf([sequences]) : [];
  return {
    ...known,
    sequences: await sequencesIn(
      [...files, ...beside, ...configured].map((file) => path.resolve(file)),
      known,
    ),
  };
}

const isBeside = (one: string, file: string): boolean => path.dirname(one) === path.dirname(file);
