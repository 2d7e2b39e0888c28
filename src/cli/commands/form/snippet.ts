import type { Command } from 'commander';
import { htmlSnippet, scriptSnippet } from '../../../api/forms/snippet';
import { JSON_OPTION } from '../../arguments';
import { writeJson } from '../../output';
import { FORMS_OPTION, type FolderOptions, formNamed, isReachable, LANG_OPTION, localeFor, readFolder } from './folder';

interface Options extends FolderOptions {
  readonly html?: boolean;
  readonly lang?: string;
  readonly json?: boolean;
}

/** `viveiro form snippet` */
export function register(parent: Command): void {
  parent
    .command('snippet')
    .argument('<name>', 'a form')
    .option('--html', 'plain HTML without a script')
    .option(...LANG_OPTION)
    .option(...FORMS_OPTION)
    .option(...JSON_OPTION)
    .description('print what to paste into a page of your site to show a form there')
    .addHelpText(
      'after',
      '\nName your site under `origins:` of the form. Set VIVEIRO_PUBLIC_URL to the address by which people reach Viveiro.\n\nExamples:\n  $ viveiro form snippet course --lang pt-BR\n  $ viveiro form snippet course --html',
    )
    .action(snippet);
}

async function snippet(name: string, options: Options): Promise<void> {
  const read = await readFolder(options);
  const form = formNamed(read, name);
  const asked = { form, locale: localeFor(form, options.lang), publicUrl: read.publicUrl };
  const text = options.html ? htmlSnippet(asked) : scriptSnippet(asked);
  const hints = [
    ...(form.origins.length === 0
      ? ['The form names no site yet: add yours under `origins:`, or it is not taken from there.']
      : []),
    ...(isReachable(read) ? [] : ['No Viveiro runs here: set VIVEIRO_PUBLIC_URL, so that the address is right.']),
  ];
  if (options.json) return writeJson({ form: name, snippet: text, hints });
  process.stdout.write(text);
  for (const hint of hints) process.stderr.write(`${hint}\n`);
}
