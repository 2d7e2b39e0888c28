import { type Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { readScript } from '../../runtime/rehearsal/script-file';
import { loadRules } from '../../runtime/rules';
import { runSimulation, type SimulateRequest } from '../../runtime/simulating';
import { sequenceNamed, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { simulationCsv } from '../simulation-csv';
import { createSimulationProgress } from '../simulation-progress';
import { simulationText } from '../simulation-text';

interface Options {
  readonly population: number | 'real';
  readonly limit: number;
  readonly days: number;
  readonly seed?: number;
  readonly seeds: number;
  readonly arrivalsPerDay?: number;
  readonly script?: string;
  readonly behaviour?: 'personas' | 'measured';
  readonly mailsPerHour?: number;
  readonly mailsPerSecond?: number;
  readonly handoffsPerDay?: number;
  readonly handoffsPerWeek?: number;
  readonly rules?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

function populationNamed(text: string): number | 'real' {
  if (text === 'real') return text;
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('write a whole number from 1 up, or real');
}

function behaviourNamed(text: string): 'personas' | 'measured' {
  if (text === 'personas' || text === 'measured') return text;
  throw new InvalidArgumentError('write personas or measured');
}

/** `viveiro simulate`: what a sequence would do with a whole population, in seconds and in pure code. */
export function register(program: Command): void {
  program
    .command('simulate')
    .argument('<sequence>', 'name of a sequence in the configured folder, or a YAML file')
    .option('--population <who>', 'so many made-up people, or real: the contacts on record', populationNamed, 1000)
    .option('--limit <n>', 'with real: the most contacts', wholeNumber(1), 1_000_000)
    .option('--days <n>', 'how long', wholeNumber(1, 3650), 90)
    .option('--seed <n>', 'the first seed; another one, another run of chance', wholeNumber(0))
    .option('--seeds <n>', 'so many runs, each with the next seed', wholeNumber(1, 1000), 10)
    .option('--arrivals-per-day <n>', 'so many come per day; default: all on the first', wholeNumber(1))
    .option('--script <file>', 'weights of personas, and whether reps answer: docs/rehearsal.md')
    .option(
      '--behaviour <how>',
      'personas, or measured from our own sends; default: measured with real',
      behaviourNamed,
    )
    .option('--mails-per-hour <n>', 'what the mail provider takes', wholeNumber(1))
    .option('--mails-per-second <n>', 'what the mail provider takes', wholeNumber(1))
    .option('--handoffs-per-day <n>', 'handoffs that one rep can answer in a day', wholeNumber(1))
    .option('--handoffs-per-week <n>', 'handoffs that one rep can answer in a week', wholeNumber(1))
    .option('--rules <folder>', 'rules to decide by; default: the configured ones')
    .option('--json', 'one JSON object')
    .addOption(new Option('--csv', 'one line per number: name, index, median, low, high').conflicts('json'))
    .description('say what a sequence would do with a whole population; needs no server, sends and changes nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro simulate course-nurture --population 5000 --handoffs-per-day 4
  $ viveiro simulate drafts/spring.yaml --population 20000 --arrivals-per-day 300 --days 60
  $ viveiro simulate course-nurture --population real --json`,
    )
    .action(run);
}

async function run(sequence: string, options: Options): Promise<void> {
  const {
    population,
    behaviour = population === 'real' ? 'measured' : 'personas',
    json = false,
    csv = false,
  } = options;
  const config = readConfig(process.env);
  const folders = contentFolders(config);
  const progress = createSimulationProgress({ isQuiet: json || csv, runs: options.seeds, days: options.days });
  const base = {
    rules: await loadRules(options.rules ?? folders.rules),
    sequence: sequenceNamed(sequence),
    folder: folders.sequences,
    script: await readScript(options.script, options.seed),
    seeds: options.seeds,
    arrivalsPerDay: options.arrivalsPerDay,
    resources: {
      mailsPerHour: options.mailsPerHour,
      mailsPerSecond: options.mailsPerSecond,
      handoffsPerDay: options.handoffsPerDay,
      handoffsPerWeek: options.handoffsPerWeek,
    },
    startsAt: Date.now(),
    days: options.days,
    onProgress: progress.show,
  };
  const ask = (more: Pick<SimulateRequest, 'population' | 'measuredFrom'>) => runSimulation({ ...base, ...more });
  const count = population === 'real' ? 0 : population;
  const { limit } = options;
  const result =
    population !== 'real' && behaviour === 'personas'
      ? await ask({ population: { count } })
      : await withDatabase((db) =>
          ask({
            population: population === 'real' ? { db, limit } : { count },
            measuredFrom: behaviour === 'measured' ? db : undefined,
          }),
        );
  progress.end();
  if (json) writeJson(result);
  else process.stdout.write(csv ? simulationCsv(result) : simulationText(result));
}
