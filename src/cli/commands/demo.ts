import path from 'node:path';
import type { Command } from 'commander';
import { type Environment, readConfig } from '../../runtime/config';
import { CLIENTS, type FinishedDemo, runDemo } from '../../runtime/demo/run';
import { untilStopped } from '../../runtime/signals';
import { wholeNumber } from '../arguments';
import { demoText } from '../demo-text';
import { createStep } from '../progress';

interface Options {
  readonly leads: number;
  readonly seed: number;
  readonly from?: string;
  readonly map?: string;
  readonly exit?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

/** `viveiro demo`: leads nurtured through three weeks, in a minute. */
export function register(program: Command): void {
  program
    .command('demo')
    .option('--leads <n>', 'how many leads', wholeNumber(1), 100)
    .option('--from <file>', 'take leads from a CSV file, with --map')
    .option('--map <file>', 'how its columns are read, see docs/import.md')
    .option('--seed <n>', 'another sample and other behaviour', wholeNumber(0), 1)
    .option('--fresh', 'begin anew even when an earlier demo was broken off')
    .option('--exit', 'end after the summary')
    .option('--json', 'one JSON object')
    .description(`nurture sample leads and win back ${CLIENTS} quiet clients through three weeks, in about a minute`)
    .addHelpText(
      'after',
      `
Everything runs for real: PostgreSQL, Temporal, SMTP. Only time is skipped. It has a data folder of its own (demo in the
data folder), and uses neither the database, nor the relay, nor the Temporal server that are configured.

Examples:
  $ viveiro demo
  $ viveiro demo --leads 200 --exit --json
  $ viveiro demo --from leads.csv --map maps/bank-marketing.yaml --leads 500`,
    )
    .action(demo);
}

async function demo({ leads, seed, from, map, exit, fresh, json }: Options, command: Command): Promise<void> {
  if ((from === undefined) !== (map === undefined))
    command.error('error: --from and --map go together', { exitCode: 2, code: 'viveiro.demo' });
  const breaking = new AbortController();
  const stopped = untilStopped().then(() => breaking.abort());
  const wishes = { leads, seed, ...(from && map ? { from: path.resolve(from), map: path.resolve(map) } : {}) };
  const step = createStep({ isQuiet: json === true });
  const finished = await orBrokenOff(
    runDemo({ config: demoConfig(process.env), wishes, isFresh: fresh === true, step, signal: breaking.signal }),
    breaking.signal,
  );
  if (!finished) return;
  try {
    process.stdout.write(json ? `${JSON.stringify(finished.summary)}\n` : demoText(finished));
    if (!exit) await stayUp(finished, stopped);
  } finally {
    await finished.stop();
  }
  if (!isSound(finished)) process.exitCode = 1;
}

const EXIT_INTERRUPTED = 130; // 128 + SIGINT, as shells say it

/** Undefined: it was stopped on the way, in order, and can be carried on. */
async function orBrokenOff(running: Promise<FinishedDemo>, signal: AbortSignal): Promise<FinishedDemo | undefined> {
  try {
    return await running;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Stopped. The same command carries the demo on.\n');
    process.exitCode = EXIT_INTERRUPTED;
    return undefined;
  }
}

/** The demo's own folder and servers: nothing that is configured for live work is touched. */
function demoConfig(environment: Environment) {
  const { databaseUrl: _, smtpUrl: __, publicUrl: ___, ...config } = readConfig(environment);
  return { ...config, dataDir: path.join(config.dataDir, 'demo') };
}

async function stayUp({ inboxUrl, apiUrl }: FinishedDemo, stopped: Promise<void>): Promise<void> {
  process.stderr.write(`\nInbox: ${inboxUrl}\nStories: ${apiUrl}/contacts\nCtrl-C ends the demo.\n`);
  await stopped;
}

/** Each mail once, and nobody left on the way. */
const isSound = ({ summary }: FinishedDemo): boolean =>
  summary.duplicateSends === 0 && summary.journeysFinished === summary.journeys;
