import { type Command, InvalidArgumentError } from 'commander';
import { DURATION, durationMs, LONGEST_MS } from '../../domain/calendar/duration';
import { runBacktest } from '../../runtime/backtesting';
import { readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { loadRules } from '../../runtime/rules';
import { contactIdOf } from '../../store/contact-ref';
import { wholeNumber } from '../arguments';
import { backtestText } from '../backtest-text';
import { withDatabase } from '../database';
import { writeJson } from '../output';

interface Options {
  readonly since: number;
  readonly limit: number;
  readonly contact?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

function duration(text: string): number {
  const ms = DURATION.test(text) ? durationMs(text) : 0;
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw new InvalidArgumentError('write a number and a unit, like 90d, at most 36500d');
}

/** `viveiro backtest`: what a draft would have done with the contacts on record, beside what happened. */
export function register(program: Command): void {
  program
    .command('backtest')
    .argument('<draft>', 'YAML file of the sequence; its name says with which journeys it is compared')
    .option('--since <time>', 'how far back', duration, durationMs('90d'))
    .option('--limit <n>', 'the most contacts', wholeNumber(1), 10_000)
    .option('--contact <email>', 'this one alone, with everything that would have been sent')
    .option('--rules <folder>', 'rules to decide by; default: the configured ones')
    .option('--json', 'one JSON object, with every contact')
    .description('replay what contacts did against a draft: what it would have sent and handed over; writes nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro backtest drafts/course-nurture.yaml --since 90d
  $ viveiro backtest drafts/course-nurture.yaml --contact ana@example.com`,
    )
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const { since, limit, contact, json = false } = options;
  const folders = contentFolders(readConfig(process.env));
  const rules = await loadRules(options.rules ?? folders.rules);
  const now = Date.now();
  const result = await withDatabase(async (db) => {
    const contactId = contact === undefined ? undefined : await contactIdOf(db, { email: contact });
    return runBacktest(db, { rules, file, folder: folders.sequences, since: now - since, now, limit, contactId });
  });
  if (json) writeJson(result);
  else process.stdout.write(backtestText(result, { isOne: contact !== undefined }));
}
