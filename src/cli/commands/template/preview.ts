import path from 'node:path';
import type { Command } from 'commander';
import { openFile } from '../../../runtime/browser';
import { previewPage } from '../../../runtime/preview-page';
import { wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { temporaryFile, written } from '../../page-file';
import { type FolderOptions, namesAsked, problemsOf, readFolder, refuseUnreadable, TEMPLATES_OPTION } from './folder';
import { type ViewOptions, viewed } from './view';

interface Options extends FolderOptions, ViewOptions {
  readonly out?: string;
  readonly open: boolean;
  readonly json?: boolean;
}

/** `viveiro template preview` */
export function register(parent: Command): void {
  parent
    .command('preview')
    .argument('<name>', 'a template')
    .option('--locale <locale>', 'language; default: that of the contact, or English')
    .option('--contact <email>', 'for this contact on record; default: for the sample')
    .option('--version <n>', 'as it was published; default: as the files stand', wholeNumber(1))
    .option('--out <file>', 'where to write the page; default: a temporary file')
    .option('--no-open', 'only write it')
    .option(...TEMPLATES_OPTION)
    .option('--json', 'one JSON object; no page but with --out')
    .description('show a mail as readers get it: wide, narrow, in a list of mails and as text')
    .addHelpText(
      'after',
      `
Needs no database, but for --contact and --version. Links in it lead nowhere.

Examples:
  $ viveiro template preview course-lesson
  $ viveiro template preview course-lesson --locale pl --contact ana@example.com --out lesson.html --no-open`,
    )
    .action(preview);
}

/** It may show a person's data. */
const OWNER_ALONE = 0o600;

async function preview(template: string, options: Options): Promise<void> {
  const read = await readFolder(options);
  const { contact, version, json } = options;
  if (version === undefined) refuseUnreadable(read, namesAsked(read, [template]));
  const look = (db?: Parameters<typeof viewed>[2]['db']) => viewed(read, template, { options, db });
  const rendered = await (contact === undefined && version === undefined ? look() : withDatabase(look));
  const problems = version === undefined ? problemsOf(read, [template]) : [];
  const { subject, preheader, locale, text } = rendered;
  const page = previewPage({ template, rendered, problems });
  if (json) {
    const file = options.out === undefined ? null : written(path.resolve(options.out), page, OWNER_ALONE);
    return writeJson({ template, locale, subject, preheader, text, file, problems });
  }
  const file = written(
    path.resolve(options.out ?? temporaryFile('viveiro-preview-', `${template}.${locale}.html`)),
    page,
    OWNER_ALONE,
  );
  const isOpen = options.open && (await openFile(file, process.env));
  process.stdout.write(`${subject}\n${file}${isOpen ? ' is open in your browser' : ''}\n`);
}
