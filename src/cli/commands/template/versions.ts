import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { failure } from '../../../domain/errors';
import { transaction } from '../../../store/db';
import { findNumberedTemplate, listTemplateVersions, templateChecksum } from '../../../store/templates';
import { wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { minuteText, writeJson } from '../../output';
import { table } from '../../table';
import { type FolderOptions, readFolder, TEMPLATES_OPTION } from './folder';

interface ListOptions extends FolderOptions {
  readonly json?: boolean;
}
interface ShowOptions {
  readonly version?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `viveiro template versions|show` */
export function register(parent: Command): void {
  parent
    .command('versions')
    .argument('[name]', 'a template; default: all')
    .option(...TEMPLATES_OPTION)
    .option('--json', 'one JSON object')
    .description('published versions, newest first, and whether the files say the same')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro template versions
  $ viveiro template versions course-lesson --json`,
    )
    .action(list);
  parent
    .command('show')
    .argument('<name>', 'a published template')
    .option('--version <n>', 'default: the newest', wholeNumber(1))
    .option('--out <folder>', 'write its files there instead')
    .option('--json', 'one JSON object')
    .description('show the files of a published version')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro template show course-lesson --version 2
  $ viveiro template show course-lesson --version 2 --out templates`,
    )
    .action(show);
}

async function list(name: string | undefined, options: ListOptions): Promise<void> {
  const all = await withDatabase((db) => listTemplateVersions(db, name));
  const { templates } = await readFolder(options);
  const versions = all.map(({ checksum, ...version }) => {
    const written = templates.content(version.template);
    return { ...version, saysTheSameAsFiles: written ? templateChecksum(written) === checksum : false };
  });
  if (options.json) return writeJson({ versions });
  const rows = versions.map(({ template, version, publishedAt, locales, saysTheSameAsFiles }) => [
    template,
    String(version),
    minuteText(publishedAt),
    locales.join(', '),
    saysTheSameAsFiles ? 'same' : 'differ',
  ]);
  process.stdout.write(table(['template', 'version', 'published (UTC)', 'languages', 'files'], rows));
}

async function show(template: string, { version, out, json }: ShowOptions): Promise<void> {
  const found = await withDatabase((db) =>
    transaction(db, (tx) => findNumberedTemplate(tx, { template, ...(version === undefined ? {} : { version }) })),
  );
  const { files } = found.content;
  if (out !== undefined) writeFiles(out, files);
  if (json) return writeJson({ template, version: found.version, files });
  const texts = Object.entries(files).map(([name, text]) =>
    out ? `${path.join(out, name)}\n` : `== ${name}\n${text}\n`,
  );
  process.stdout.write([`${template} version ${found.version}\n`, ...texts].join(''));
}

/** Throws VIV_FILE_UNWRITABLE. */
function writeFiles(folder: string, files: { readonly [name: string]: string }): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw failure('VIV_FILE_UNWRITABLE', { file, problem }, error);
    }
  }
}
