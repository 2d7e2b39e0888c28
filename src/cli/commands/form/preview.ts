import path from 'node:path';
import type { Command } from 'commander';
import { shownConsent } from '../../../api/forms/consent';
import { closedPage, formPage, isClosed, NOTHING_WRONG, nothingTyped } from '../../../api/forms/render';
import { formAt } from '../../../api/forms/sessions';
import { allFields, askedOf } from '../../../domain/forms/schema';
import { openFile } from '../../../runtime/browser';
import { JSON_OPTION } from '../../arguments';
import { writeJson } from '../../output';
import { temporaryFile, written } from '../../page-file';
import { FORMS_OPTION, type FolderOptions, formNamed, LANG_OPTION, localeFor, readFolder } from './folder';

interface Options extends FolderOptions {
  readonly lang?: string;
  readonly all?: boolean;
  readonly out?: string;
  readonly open: boolean;
  readonly json?: boolean;
}

/** `viveiro form preview` */
export function register(parent: Command): void {
  parent
    .command('preview')
    .argument('<name>', 'a form')
    .option(...LANG_OPTION)
    .option('--all', 'with the questions of later visits; default: as on the first')
    .option('--out <file>', 'where to write the page; default: a temporary file')
    .option('--no-open', 'only write it')
    .option(...FORMS_OPTION)
    .option(...JSON_OPTION)
    .description('show a form as people get it, from the files as they stand')
    .addHelpText(
      'after',
      '\nNeeds no database and nothing that runs. It cannot be sent.\n\nExamples:\n  $ viveiro form preview course --lang pl\n  $ viveiro form preview course --all --out course.html --no-open',
    )
    .action(preview);
}

async function preview(name: string, options: Options): Promise<void> {
  const read = await readFolder(options);
  const now = Date.now();
  const form = formAt(formNamed(read, name), now);
  const locale = localeFor(form, options.lang);
  const asked = options.all ? allFields(form) : askedOf(form, new Set());
  const consent = shownConsent(form, read.rules.purposes, locale);
  const view = { form, locale, token: '', asked, typed: nothingTyped, errors: NOTHING_WRONG, consent, now };
  const page = isClosed(form, now) ? closedPage(form, locale) : formPage(view);
  const file = written(path.resolve(options.out ?? temporaryFile('viveiro-form-', `${name}.${locale}.html`)), page);
  if (options.json) return writeJson({ form: name, locale, file });
  const isOpen = options.open && (await openFile(file, process.env));
  process.stdout.write(`${file}${isOpen ? ' is open in your browser' : ''}\n`);
}
