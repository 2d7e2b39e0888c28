import { type Command, InvalidArgumentError } from 'commander';
import { DURATION, durationMs, LONGEST_MS } from '../../domain/calendar/duration';
import type { Backtested } from '../../domain/simulation/backtest';
import { type BacktestResult, runBacktest } from '../../runtime/backtesting';
import { readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { loadRules } from '../../runtime/rules';
import { contactIdOf } from '../../store/contact-ref';
import { wholeNumber } from '../arguments';
import { backtestText, contactLine, contactText } from '../backtest-text';
import { withDatabase } from '../database';
import { createWrittenOver } from '../written-over';

interface Options {
  readonly since: number;
  readonly limit: number;
  readonly contact?: string;
  readonly rules?: string;
  readonly perContact?: boolean;
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
    .option('--per-contact', 'a line of each contact before the sums')
    .option('--json', 'one JSON object, with every contact')
    .description('replay what contacts did against a draft, beside what happened; writes nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro backtest drafts/course-nurture.yaml --since 90d
  $ viveiro backtest drafts/course-nurture.yaml --since 90d --per-contact
  $ viveiro backtest drafts/course-nurture.yaml --contact ana@example.com`,
    )
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const { since, limit, contact, json = false } = options;
  const folders = contentFolders(readConfig(process.env));
  const rules = await loadRules(options.rules ?? folders.rules);
  const now = Date.now();
  const line = createWrittenOver({ isQuiet: json });
  const told = toldBy(options);
  const asked = { rules, file, folder: folders.sequences, since: now - since, now, limit };
  const result = await withDatabase(async (db) => {
    const contactId = contact === undefined ? undefined : await contactIdOf(db, { email: contact });
    return runBacktest(db, {
      ...asked,
      contactId,
      onContact: told.onContact,
      onProgress: ({ done, all }) => line.show(`${done} of ${all} contacts`),
    });
  }).finally(line.end);
  told.end(result);
}

/** Contacts are written as they come: however many there are, none is kept. */
function toldBy({ json = false, contact, perContact = false }: Options) {
  const write = (text: string) => process.stdout.write(text);
  if (json) return jsonTold(write);
  const textOf = contact === undefined ? contactLine : contactText;
  let count = 0;
  return {
    onContact: (one: Backtested) => {
      if (!perContact && contact === undefined) return;
      if (count === 0 && contact === undefined) write('In brackets: what happened. =: all would have been the same.\n');
      write(textOf(one));
      count += 1;
    },
    end: (result: BacktestResult) => write(`${count > 0 ? '\n' : ''}${backtestText(result)}`),
  };
}

function jsonTold(write: (text: string) => void) {
  let before = '{"people":[';
  return {
    onContact: (one: Backtested) => {
      write(`${before}${JSON.stringify(one)}`);
      before = ',';
    },
    end: (result: BacktestResult) => {
      const rest = JSON.stringify(result).slice(1); // the members of an object, and its end
      write(`${before === ',' ? '' : before}],${rest}\n`);
    },
  };
}
