import type { Command } from 'commander';
import { countForms } from '../../../store/form-held';
import { JSON_OPTION, wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { table } from '../../table';

/** `viveiro form count` */
export function register(parent: Command): void {
  parent
    .command('count')
    .argument('[name]', 'a form; default: all')
    .option('--days <count>', 'of so many days', wholeNumber(1), 7)
    .option(...JSON_OPTION)
    .description('count what was taken, what is held and why, and what was refused, by its code')
    .addHelpText('after', '\nExamples:\n  $ viveiro form count --days 30')
    .action(count);
}

async function count(form: string | undefined, { days, json }: { readonly days: number; readonly json?: boolean }) {
  const since = Date.now() - days * 86_400_000;
  const counts = await withDatabase((db) => countForms(db, { since, form }));
  if (json) return writeJson({ days, counts });
  if (counts.length === 0) return void process.stdout.write(`Nothing was sent in ${days} days.\n`);
  const rows = counts.map((one) => [one.form || 'no such form', one.standing, String(one.count), one.why ?? '']);
  process.stdout.write(table(['form', '', 'how often', 'why'], rows));
}
