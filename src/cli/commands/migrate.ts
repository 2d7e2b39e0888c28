import type { Command } from 'commander';
import type { MigrationReport } from '../../domain/change/report';
import { failure } from '../../domain/errors';
import { openClient } from '../../runtime/change/connect';
import { type Migrating, migrateAll, requireJourneys } from '../../runtime/change/migrate';
import { preview } from '../../runtime/change/preview';
import { readStepMap } from '../../runtime/change/step-map-file';
import { readConfig } from '../../runtime/config';
import { untilStopped } from '../../runtime/signals';
import { findNumbered } from '../../store/change-versions';
import { type Db, single } from '../../store/db';
import { wholeNumber } from '../arguments';
import { dueText, reportText } from '../change-text';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { turnDeps } from '../rules';
import { createWrittenOver } from '../written-over';

const CONNECTIONS = 4;

interface Options {
  readonly from: number;
  readonly to: number;
  readonly map?: string;
  readonly dryRun?: boolean;
  readonly perMinute?: number;
  readonly limit?: number;
  readonly patience: number;
  readonly warnAbove: number;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro migrate SEQUENCE --from … --to …` */
export function register(program: Command): void {
  program
    .command('migrate')
    .argument('<sequence>', 'name of a published sequence')
    .requiredOption('--from <version>', 'version whose journeys move', wholeNumber(1))
    .requiredOption('--to <version>', 'version that they move to', wholeNumber(1))
    .option('--map <file>', 'step map, see docs/changing-sequences.md; default: each step is the one of its id')
    .option('--dry-run', 'say what it would do, and do nothing')
    .option('--per-minute <n>', 'ask at most so many journeys in a minute', wholeNumber(1))
    .option('--limit <n>', 'ask at most so many journeys', wholeNumber(1))
    .option('--patience <seconds>', 'how long a worker has to answer', wholeNumber(1), 30)
    .option('--warn-above <n>', 'with --dry-run, as for plan', wholeNumber(0), 100)
    .option('--rules <folder>', 'with --dry-run: rules to decide by; default: the configured ones')
    .option('--json', 'one JSON object')
    .description('move journeys under way to another version; each moves or stays, with its reason')
    .addHelpText(
      'after',
      `
Needs \`viveiro start\`. The same command again asks only those that have not moved. Ctrl-C ends it between two journeys.

Examples:
  $ viveiro migrate course-nurture --from 3 --to 4 --map steps.yaml --dry-run
  $ viveiro migrate course-nurture --from 3 --to 4 --map steps.yaml --per-minute 200`,
    )
    .action(migrate);
}

async function migrate(sequence: string, options: Options): Promise<void> {
  const { dryRun = false, json = false, warnAbove } = options;
  if (options.rules !== undefined && !dryRun)
    throw failure('VIV_USAGE', { problem: 'The workers decide by their rules: give --rules with --dry-run alone.' });
  const line = createWrittenOver({ isQuiet: json });
  const onProgress = (count: number) => line.show(`${count} journeys ${dryRun ? 'looked at' : 'asked'}`);
  const report = await withDatabase(
    async (db) => {
      const migrating = { ...(await migrationOf(db, sequence, options)), onProgress };
      return dryRun ? look(db, migrating, options) : move(db, migrating);
    },
    { connections: CONNECTIONS },
  ).finally(line.end);
  const { from, to } = options;
  if (json) {
    const { due, caps, ...done } = report;
    writeJson({ sequence, from, to, isDryRun: dryRun, ...done, ...(dryRun ? { due, caps } : {}) });
    return;
  }
  process.stdout.write(`${sequence} from version ${from} to ${to}: ${reportText(report, { isDone: !dryRun })}`);
  if (dryRun) process.stdout.write(`\n${dueText(report, { warnAbove })}\nNothing was changed.\n`);
}

/** Everything is checked before anybody is asked. */
async function migrationOf(db: Db, sequence: string, options: Options): Promise<Migrating> {
  const { limit, perMinute, patience } = options;
  const from = await findNumbered(single(db), sequence, options.from);
  const to = await findNumbered(single(db), sequence, options.to);
  const map = await readStepMap(options.map, { from: [from.definition], to: to.definition });
  await requireJourneys(db, { from, to });
  return { from, to, map, limit, perMinute, patienceMs: patience * 1000 };
}

async function look(
  db: Db,
  { from, to, map, limit, onProgress }: Migrating,
  options: Options,
): Promise<MigrationReport> {
  const deps = await turnDeps(options.rules);
  return preview(db, deps, { from: [from], to: to.definition, map, now: Date.now(), limit, onProgress });
}

async function move(db: Db, migrating: Migrating): Promise<MigrationReport> {
  const breaking = new AbortController();
  void untilStopped().then(() => breaking.abort());
  const { client, close } = await openClient(readConfig(process.env), process.env);
  try {
    return await migrateAll(db, client, { ...migrating, signal: breaking.signal });
  } finally {
    await close();
  }
}
