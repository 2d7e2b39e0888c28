import type { Command } from 'commander';
import { listRuns, readRun } from '../../../store/imports/runs';
import { undoImport } from '../../../store/imports/undo';
import { JSON_OPTION, type JsonOption, wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { runsText, runText, undoneText } from '../../import-text';
import { writeJson } from '../../output';

/** `viveiro import list|show|undo`: imports on record. */
export function addRecords(command: Command): void {
  command
    .command('list')
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list imports, the newest first')
    .addHelpText('after', '\nExamples:\n  $ viveiro import list\n  $ viveiro import list --most 5 --json')
    .action(list);
  command
    .command('show')
    .argument('<import>', 'id, as list shows it')
    .option(...JSON_OPTION)
    .description('say what one import did')
    .addHelpText('after', '\nExamples:\n  $ viveiro import show 0193b6a0-0000-7000-8000-0000000000aa')
    .action(show);
  command
    .command('undo')
    .argument('<import>', 'id, as list shows it')
    .option('--dry-run', 'say what would be taken back, and what stays and why; nothing is changed')
    .option(...JSON_OPTION)
    .description('take back what an import did, where nothing else has happened since')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro import undo 0193b6a0-0000-7000-8000-0000000000aa --dry-run\n  $ viveiro import undo 0193b6a0-0000-7000-8000-0000000000aa',
    )
    .action(undo);
}

async function list({ most, json }: JsonOption & { readonly most: number }): Promise<void> {
  const runs = await withDatabase((db) => listRuns(db, most));
  if (json) writeJson({ imports: runs });
  else process.stdout.write(runsText(runs));
}

async function show(id: string, { json }: JsonOption): Promise<void> {
  const run = await withDatabase((db) => readRun(db, id));
  if (json) writeJson(run);
  else process.stdout.write(runText(run));
}

async function undo(id: string, { dryRun = false, json }: JsonOption & { readonly dryRun?: boolean }): Promise<void> {
  const undone = await withDatabase((db) => undoImport(db, { id, now: Date.now(), isDryRun: dryRun }));
  if (json) writeJson({ ...undone, isDryRun: dryRun });
  else process.stdout.write(undoneText(undone, { isDryRun: dryRun }));
}
