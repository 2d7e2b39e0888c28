import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { slug } from '../../domain/sequence/names';
import { transaction } from '../../store/db';
import { closeTask, type ListedTask, listTasks } from '../../store/tasks';
import { shortText, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

const outcome = (text: string): string => {
  if (!slug.safeParse(text).success) throw new InvalidArgumentError('write a name like reached or no-answer');
  return text;
};
const taskId = (text: string): string => {
  if (!z.uuid().safeParse(text).success) throw new InvalidArgumentError('write the id of a task: viveiro task list');
  return text;
};

/** `viveiro task list|close`: what reps have to do. */
export function register(program: Command): void {
  const task = program.command('task').description('calls and to-dos of reps: list and close them');
  task
    .command('list')
    .option('--team <team>', 'only those of this team')
    .option('--rep <email>', 'only those of this rep')
    .option('--open', 'only those that are not done: open and overdue')
    .option('--overdue', 'only those that are not done in time')
    .option('--limit <n>', 'how many', wholeNumber(1), 50)
    .option('--json', 'one JSON object')
    .description('list tasks: those to be done first, by due time')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro task list --team growers --open
  $ viveiro task list --rep rita@example.com --overdue --json`,
    )
    .action(list);
  task
    .command('close')
    .argument('<id>', 'of the task', taskId)
    .requiredOption('--outcome <name>', 'how it ended: reached, no-answer, …', outcome)
    .option('--note <text>', 'what there is to say', shortText(2000))
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('close a task: its journey goes on by the outcome; the first outcome holds')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro task close 0199c0de-0000-7000-8000-000000000001 --outcome reached --note "wants two of them"`,
    )
    .action(close);
}

interface ListOptions {
  readonly team?: string;
  readonly rep?: string;
  readonly open?: boolean;
  readonly overdue?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

async function list({ team, rep, open, overdue, limit, json }: ListOptions): Promise<void> {
  const tasks = await withDatabase((db) =>
    listTasks(db, {
      team,
      rep: rep?.trim().toLowerCase(),
      status: open ? ['open', 'overdue'] : undefined,
      dueBefore: overdue ? Date.now() : undefined,
      limit,
    }),
  );
  if (json) writeJson({ tasks });
  else process.stdout.write(tableOf(tasks));
}

function tableOf(tasks: readonly ListedTask[]): string {
  const rows = tasks.map((one) => [
    one.id,
    `${one.kind}: ${onOneLine(one.title)}`,
    one.email,
    one.team,
    one.rep ?? 'nobody',
    one.status,
    minuteText(one.dueAt),
    onOneLine([one.outcome, one.note].filter(Boolean).join(': ')),
  ]);
  return table(['id', 'task', 'contact', 'team', 'rep', 'status', 'due (UTC)', 'outcome'], rows);
}

interface CloseOptions {
  readonly outcome: string;
  readonly note?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

async function close(id: string, { outcome: ended, note, rules, json }: CloseOptions): Promise<void> {
  const deps = await turnDeps(rules);
  const closing = { taskId: id, outcome: ended, note, at: Date.now() };
  const { task } = await withDatabase((db) => transaction(db, (tx) => closeTask(tx, deps, closing)));
  if (json) writeJson({ task });
  else process.stdout.write(`${onOneLine(task.title)}: ${task.outcome}\n`);
}
