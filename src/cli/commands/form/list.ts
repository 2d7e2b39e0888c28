import type { Command } from 'commander';
import { shownFields } from '../../../domain/forms/problems';
import { localesOf } from '../../../domain/forms/schema';
import { JSON_OPTION } from '../../arguments';
import { writeJson } from '../../output';
import { table } from '../../table';
import { FORMS_OPTION, type FolderOptions, readFolder } from './folder';

/** `viveiro form list` */
export function register(parent: Command): void {
  parent
    .command('list')
    .option(...FORMS_OPTION)
    .option(...JSON_OPTION)
    .description('list the forms, with what each brings and where it is')
    .addHelpText('after', '\nNeeds no database.\n\nExamples:\n  $ viveiro form list')
    .action(list);
}

async function list(options: FolderOptions & { readonly json?: boolean }): Promise<void> {
  const read = await readFolder(options);
  const rows = [...read.forms.values()].map((form) => ({
    form: form.form,
    offer: form.offer,
    brings: form.brings?.type ?? null,
    locales: localesOf(form),
    fields: shownFields(form),
    purpose: form.consent?.purpose ?? null,
    url: `${read.publicUrl}/f/${form.form}`,
  }));
  if (options.json) return writeJson({ forms: rows });
  const cells = rows.map(({ form, offer, brings, locales, fields, purpose, url }) => [
    form,
    offer,
    brings ?? '',
    locales.join(', '),
    String(fields),
    purpose ?? '',
    url,
  ]);
  process.stdout.write(table(['form', 'offer', 'brings', 'languages', 'fields', 'consent', 'address'], cells));
}
