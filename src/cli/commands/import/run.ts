import path from 'node:path';
import { type Command, Option } from 'commander';
import { failure } from '../../../domain/errors';
import { ENCODINGS, type Encoding } from '../../../importing/inspect';
import type { ImportMap } from '../../../importing/map';
import { type CheckRequest, checkFile, type ImportResult, importFile } from '../../../importing/run';
import { readConfig } from '../../../runtime/config';
import { loadMap } from '../../../runtime/import-map';
import type { Db } from '../../../store/db';
import { wholeNumber } from '../../arguments';
import { withDatabase, withExistingDatabase } from '../../database';
import { importText } from '../../import-text';
import { writeJson } from '../../output';
import { createProgressLine } from '../../progress-line';
import { RULES_OPTION, turnDeps } from '../../rules';

const EXIT_NOTHING = 2; // as for bad input, see the registry

export interface RunOptions {
  readonly map?: string;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly rejects?: string;
  readonly rules?: string;
  readonly encoding?: Encoding;
  readonly json?: boolean;
}

/** Options of every import of a file. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--map <file>', 'YAML file that says what its columns mean, see docs/import.md (needed)')
    .option('--limit <n>', 'the first so many rows, or contacts if the mapping says `limitBy: contact`', wholeNumber(1))
    .option('--dry-run', 'say what would be imported, compared with the database if one runs; nothing is changed')
    .option('--rejects <file>', 'where bad rows go, with line and reason; default: rejects/ in the data folder')
    .addOption(new Option('--encoding <name>', 'of the file; default: found by its bytes').choices(ENCODINGS))
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object');
}

/** `viveiro import FILE --map MAP`. */
export function addRun(command: Command): void {
  withRunOptions(command.argument('<file>', 'CSV file with a header row'))
    .addHelpText(
      'after',
      `
The same row again counts once. An import that was broken off, even by kill -9, is simply done again: it goes on where it was.

Examples:
  $ viveiro import leads.csv --map maps/bank-marketing.yaml --dry-run
  $ viveiro import leads.csv --map maps/bank-marketing.yaml --limit 500
  $ viveiro import invoices.csv --map maps/online-retail.yaml --limit 40 --rejects bad-rows.csv --json`,
    )
    .action(run);
}

async function run(file: string, options: RunOptions): Promise<void> {
  const map = await mapOf(options);
  await carryOut({ file, map, options }, (request) => recorded(request, options.rules));
}

/** Throws VIV_USAGE and VIV_MAP_INVALID. */
export async function mapOf({ map: file, encoding }: RunOptions): Promise<ImportMap> {
  if (file === undefined)
    throw failure('VIV_USAGE', {
      problem: '--map is missing: name the YAML file that says what the columns mean, see docs/import.md',
    });
  const map = await loadMap(file);
  return encoding === undefined ? map : { ...map, encoding };
}

interface Asked {
  readonly file: string;
  readonly map: ImportMap;
  readonly options: RunOptions;
  /** Of a mailing list: looked at before a dry run. */
  readonly check?: (db: Db) => Promise<void>;
}

/** Runs an import, or foretells it, and says what came of it. */
export async function carryOut(
  { file, map, options, check }: Asked,
  record: (request: CheckRequest) => Promise<ImportResult>,
): Promise<void> {
  const { limit, dryRun: isDryRun = false, rejects, json = false } = options;
  const progress = createProgressLine({ isQuiet: json });
  const rejectsFile = rejects ?? defaultRejects(file);
  const request: CheckRequest = { file, map, limit, rejectsFile, now: Date.now(), onProgress: progress.show };
  try {
    const result = isDryRun ? await foretold(request, { check, rules: options.rules }) : await record(request);
    progress.end();
    if (json) writeJson({ ...result, isDryRun });
    else process.stdout.write(importText(result, { isDryRun }));
    if (result.imported + result.repeated === 0) process.exitCode = EXIT_NOTHING;
  } finally {
    progress.end();
  }
}

async function foretold(
  request: CheckRequest,
  { check, rules: folder }: Pick<Asked, 'check'> & Pick<RunOptions, 'rules'>,
): Promise<ImportResult> {
  const { identity } = (await turnDeps(folder)).rules;
  return withExistingDatabase(async (db) => {
    if (db && check) await check(db);
    return checkFile({ ...request, db, identity });
  });
}

/** Records a file with the rules of a folder. */
export async function recorded(request: CheckRequest, rules?: string): Promise<ImportResult> {
  const turn = await turnDeps(rules);
  return withDatabase((db) => importFile({ ...request, db, turn }));
}

/** People's data stays in the data folder, unless someone asks for it elsewhere. */
function defaultRejects(file: string): string {
  const { dataDir } = readConfig(process.env);
  return path.join(dataDir, 'rejects', `${path.parse(file).name}.rejects.csv`);
}
