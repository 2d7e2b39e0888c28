import type { Command } from 'commander';
import { listRetention, type PlannedRetention, planRetention, runRetention } from '../../store/retention';
import { JSON_OPTION, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, writeJson } from '../output';
import { userName } from '../pause-target';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

interface Options {
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro retention plan|run|list`: what is kept no longer, by rules/retention.yaml. */
export function register(program: Command): void {
  const group = program.command('retention').description('remove what is kept no longer, by rules/retention.yaml');
  group
    .command('plan')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('say what would go now, by class; nothing is changed')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro retention plan\n  $ viveiro retention plan --rules drafts/rules --json',
    )
    .action(plan);
  group
    .command('run')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('remove it now, as the daily sweep does')
    .addHelpText('after', '\nExamples:\n  $ viveiro retention run')
    .action(run);
  group
    .command('list')
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list what was removed by the rules, the newest first: counts alone')
    .addHelpText('after', '\nExamples:\n  $ viveiro retention list --json')
    .action(list);
}

async function plan({ rules, json }: Options): Promise<void> {
  const deps = await turnDeps(rules);
  const planned = await withDatabase((db) => planRetention(db, deps.rules, Date.now()));
  tell(planned, { json, title: 'would go' });
}

async function run({ rules, json }: Options): Promise<void> {
  const deps = await turnDeps(rules);
  const done = await withDatabase((db) => runRetention(db, deps.rules, { now: Date.now(), by: userName() }));
  tell(done, { json, title: 'gone' });
}

function tell(
  classes: readonly PlannedRetention[],
  { json, title }: { readonly json?: boolean | undefined; readonly title: string },
): void {
  if (json) writeJson({ classes });
  else process.stdout.write(plannedText(classes, title));
}

function plannedText(classes: readonly PlannedRetention[], title: string): string {
  if (classes.length === 0) {
    return 'No class of data has a rule: rules/retention.yaml names none, so nothing goes by its age.\n';
  }
  const rows = classes.map(({ dataClass, action, before, count }) => [
    dataClass,
    action,
    minuteText(before),
    String(count),
  ]);
  return table(['class', 'action', 'older than (UTC)', title], rows);
}

async function list({ most, json }: Options & { readonly most: number }): Promise<void> {
  const entries = await withDatabase((db) => listRetention(db, most));
  if (json) writeJson({ runs: entries });
  else
    process.stdout.write(
      table(
        ['at (UTC)', 'class', 'action', 'rows'],
        entries.map(({ at, dataClass, action, count }) => [minuteText(at), dataClass, action, String(count)]),
      ),
    );
}
