import type { Command } from 'commander';
import { addRecords } from './records';
import { addRun } from './run';

/** `viveiro import FILE --map MAP`, and `viveiro import list|show|undo`: leads, contacts, purchases or suppressions from CSV. */
export function register(program: Command): void {
  const command = program
    .command('import')
    .description(
      'import leads, contacts, purchases or suppressions from a CSV file; bad rows go to a file, exit code 2 if nothing could be imported',
    );
  addRun(command);
  addRecords(command);
}
