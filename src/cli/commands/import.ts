import path from 'node:path';
import type { Command } from 'commander';
import { type CheckRequest, checkFile, type ImportResult, importFile, LANES } from '../../importing/run';
import { readConfig } from '../../runtime/config';
import { loadMap } from '../../runtime/import-map';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { importText } from '../import-text';
import { writeJson } from '../output';
import { createProgressLine } from '../progress-line';
import { RULES_OPTION, turnDeps } from '../rules';

const EXIT_NOTHING = 2; // as for bad input, see the registry

interface Options {
  readonly map: string;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly rejects?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro import FILE --map MAP`: leads or purchases from CSV. */
export function register(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'CSV file in UTF-8 with a header row')
    .requiredOption('--map <file>', 'YAML file that says what its columns mean, see docs/import.md')
    .option('--limit <n>', 'the first so many rows, or contacts if the mapping says `limitBy: contact`', wholeNumber(1))
    .option('--dry-run', 'say what would be imported; needs no database')
    .option('--rejects <file>', 'where bad rows go, with line and reason; default: rejects/ in the data folder')
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description(
      'import leads or purchases from a CSV file; bad rows go to a file, exit code 2 if nothing could be imported',
    )
    .addHelpText(
      'after',
      `
The same row again counts once, so an import that was broken off is simply done again.

Examples:
  $ viveiro import leads.csv --map maps/bank-marketing.yaml --dry-run
  $ viveiro import leads.csv --map maps/bank-marketing.yaml --limit 500
  $ viveiro import invoices.csv --map maps/online-retail.yaml --limit 40 --rejects bad-rows.csv --json`,
    )
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const { limit, dryRun, rejects, rules, json = false } = options;
  const map = await loadMap(options.map);
  const progress = createProgressLine({ isQuiet: json });
  const rejectsFile = rejects ?? defaultRejects(file);
  const request: CheckRequest = { file, map, limit, rejectsFile, now: Date.now(), onProgress: progress.show };
  try {
    const result = dryRun ? await checkFile(request) : await recorded(request, rules);
    progress.end();
    if (json) writeJson({ ...result, isDryRun: dryRun === true });
    else process.stdout.write(importText(result, { isDryRun: dryRun === true }));
    if (result.imported + result.repeated === 0) process.exitCode = EXIT_NOTHING;
  } finally {
    progress.end();
  }
}

async function recorded(request: CheckRequest, rules: string | undefined): Promise<ImportResult> {
  const turn = await turnDeps(rules);
  return withDatabase((db) => importFile({ ...request, db, turn }), { connections: LANES });
}

/** People's data stays in the data folder, unless someone asks for it elsewhere. */
function defaultRejects(file: string): string {
  const { dataDir } = readConfig(process.env);
  return path.join(dataDir, 'rejects', `${path.parse(file).name}.rejects.csv`);
}
