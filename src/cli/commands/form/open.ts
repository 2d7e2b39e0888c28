import type { Command } from 'commander';
import { failure } from '../../../domain/errors';
import { openFile } from '../../../runtime/browser';
import { FORMS_OPTION, type FolderOptions, formNamed, isReachable, LANG_OPTION, localeFor, readFolder } from './folder';

/** `viveiro form open` */
export function register(parent: Command): void {
  parent
    .command('open')
    .argument('<name>', 'a form')
    .option(...LANG_OPTION)
    .option(...FORMS_OPTION)
    .description('open a form where it is served, to try it')
    .addHelpText('after', '\nViveiro must run: viveiro start.\n\nExamples:\n  $ viveiro form open course')
    .action(openForm);
}

async function openForm(name: string, options: FolderOptions & { readonly lang?: string }): Promise<void> {
  const read = await readFolder(options);
  const form = formNamed(read, name);
  if (!isReachable(read))
    throw failure('VIV_USAGE', { problem: 'No Viveiro runs here that serves forms. Start it: viveiro start.' });
  const url = `${read.publicUrl}/f/${name}?lang=${localeFor(form, options.lang)}`;
  const isOpen = await openFile(url, process.env);
  process.stdout.write(`${url}${isOpen ? ' is open in your browser' : ''}\n`);
}
