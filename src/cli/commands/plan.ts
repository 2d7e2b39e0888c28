import type { Command } from 'commander';
import { type Problem, problemText } from '../../domain/yaml/problem';
import { type ChangePlan, planChange } from '../../runtime/change/plan';
import { readForPublishing, type SequenceFile } from '../../runtime/sequence-files';
import type { Db } from '../../store/db';
import { wholeNumber } from '../arguments';
import { diffText, dueText, newlyDue, placesText, reportText } from '../change-text';
import { withDatabase } from '../database';
import { contentFor, type KnownOptions } from '../known';
import { writeJson } from '../output';
import { createWrittenOver } from '../written-over';

const EXIT_INVALID = 2; // as for errors of that kind, see the registry
const CONNECTIONS = 4;

interface Options extends KnownOptions {
  readonly map?: string;
  readonly warnAbove: number;
  readonly json?: boolean;
}

/** `viveiro plan FILE`: what publishing it would do, and moving the journeys under way. */
export function register(program: Command): void {
  program
    .command('plan')
    .argument('<file>', 'YAML file of a sequence')
    .option('--map <file>', 'step map, see docs/changing-sequences.md; default: each step is the one of its id')
    .option(
      '--warn-above <n>',
      'warn when more mails fall due within a day than without the change',
      wholeNumber(0),
      100,
    )
    .option('--rules <folder>', 'as for publish')
    .option('--templates <folder>', 'as for publish')
    .option('--json', 'one JSON object')
    .description('say what publishing a file would do, and what moving journeys to it would; writes nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro plan sequences/course-nurture.yaml
  $ viveiro plan sequences/course-nurture.yaml --map steps.yaml --json`,
    )
    .action(plan);
}

async function plan(file: string, options: Options): Promise<void> {
  const { json = false, warnAbove } = options;
  const { read, planned } = await planOf(file, options);
  if (!planned) return tellInvalid(read, json);
  const isStampede = newlyDue(planned.migration.due) > warnAbove;
  if (json) writeJson({ file, isValid: true, problems: problemsOf(read), plan: planned, isStampede });
  else process.stdout.write(problemLines(read) + planText(planned, warnAbove));
}

/** The file as publishing would read it, and the plan if it is valid. */
async function planOf(file: string, options: Options): Promise<Planned> {
  const { map: mapFile, json = false } = options;
  const { known, deps } = await contentFor([file], options);
  const line = createWrittenOver({ isQuiet: json });
  const onProgress = (looked: number) => line.show(`${looked} journeys looked at`);
  const work = async (db: Db): Promise<Planned> => {
    const [read] = await readForPublishing(db, [file], known);
    if (read?.type !== 'valid') return { read, planned: undefined };
    const draft = read.definition;
    return { read, planned: await planChange(db, deps, { draft, mapFile, now: Date.now(), onProgress }) };
  };
  return withDatabase(work, { connections: CONNECTIONS }).finally(line.end);
}

interface Planned {
  readonly read: SequenceFile | undefined;
  readonly planned: ChangePlan | undefined;
}

const problemsOf = (read: SequenceFile | undefined): readonly Problem[] =>
  read?.type === 'valid' ? read.warnings : (read?.problems ?? []);
const problemLines = (read: SequenceFile | undefined): string =>
  problemsOf(read)
    .map((problem) => `${problemText(problem)}\n`)
    .join('');

function tellInvalid(read: SequenceFile | undefined, json: boolean): void {
  if (json) writeJson({ file: read?.file, isValid: false, problems: problemsOf(read) });
  else process.stdout.write(problemLines(read));
  process.exitCode = EXIT_INVALID;
}

function planText(planned: ChangePlan, warnAbove: number): string {
  const { sequence, from, to, diff, places, migration } = planned;
  if (!diff) return `${sequence}: publishing makes version ${to}, the first\n`;
  const title =
    from === to
      ? `${sequence}: says what version ${from} says; publishing makes no new version\n`
      : `${sequence}: publishing makes version ${to}, from ${from}:\n${diffText(diff)}`;
  if (places.length === 0) return `${title}\nNobody is under way.\n`;
  const moving = `If they moved now: ${reportText(migration)}`;
  return [title, placesText(places), moving, dueText(migration, { warnAbove })].join('\n');
}
