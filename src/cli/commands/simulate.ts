import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DAY_MS } from '../../domain/calendar/wall-clock';
import { failure } from '../../domain/errors';
import { WOKEN_PER_MINUTE } from '../../domain/pause/pause';
import type { DomainShare } from '../../domain/simulation/population';
import { readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { readScript } from '../../runtime/rehearsal/script-file';
import { loadRules } from '../../runtime/rules';
import type { JourneysOnRecord, PopulationRequest } from '../../runtime/simulated-population';
import { runSimulation, type SimulateRequest } from '../../runtime/simulating';
import type { Db } from '../../store/db';
import { collect, sequenceNamed, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { plannedPause, type WrittenPause, writtenPause } from '../planned-pause';
import { checkSimulateOptions } from '../simulate-usage';
import { simulationCsv } from '../simulation-csv';
import { createSimulationProgress } from '../simulation-progress';
import { simulationText } from '../simulation-text';

interface Options {
  readonly population: number | 'real' | { readonly file: string };
  readonly map?: string;
  readonly skipBadRows?: boolean;
  readonly journeys?: JourneysOnRecord;
  readonly limit: number;
  readonly days: number;
  readonly seed?: number;
  readonly seeds: number;
  readonly arrivalsPerDay?: number;
  readonly beside?: readonly string[];
  readonly secondLeads?: number;
  readonly secondOffer?: string;
  readonly script?: string;
  readonly behaviour?: 'personas' | 'measured';
  readonly mailDomains?: readonly DomainShare[];
  readonly mailsPerHour?: number;
  readonly mailsPerSecond?: number;
  readonly handoffsPerDay?: number;
  readonly handoffsPerWeek?: number;
  readonly pause?: readonly WrittenPause[];
  readonly resumePerMinute: number;
  readonly threads?: number;
  readonly rules?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** A file's name has a dot or a slash. */
function populationNamed(text: string): Options['population'] {
  if (text === 'real') return text;
  if (/[./\\]/.test(text)) return { file: text };
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('write a whole number from 1 up, or real, or a CSV file');
}

function behaviourNamed(text: string): 'personas' | 'measured' {
  if (text === 'personas' || text === 'measured') return text;
  throw new InvalidArgumentError('write personas or measured');
}

function percent(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new InvalidArgumentError('write per cent, from 0 to 100');
}

const DOMAIN_SHARE = /^((?:[a-z0-9-]+\.)+[a-z0-9-]+)=(\d{1,3}(?:\.\d+)?)$/;

function domainShares(text: string): readonly DomainShare[] {
  const shares = text.split(',').map((part) => {
    const [, domain, percent] = DOMAIN_SHARE.exec(part.trim()) ?? [];
    if (domain === undefined)
      throw new InvalidArgumentError('write domains with per cent, like gmail.com=40,outlook.com=25');
    return { domain, share: Number(percent) / 100 };
  });
  if (shares.reduce((sum, { share }) => sum + share, 0) > 1 + 1e-9)
    throw new InvalidArgumentError('the domains have more than 100 per cent together');
  return shares;
}

/** `viveiro simulate`: what a sequence would do with a whole population, in seconds and in pure code. */
export function register(program: Command): void {
  program
    .command('simulate')
    .argument('<sequence>', 'name of a sequence in the configured folder, or a YAML file')
    .option(
      '--population <who>',
      'so many made-up people; real: the contacts on record; or a CSV file of people',
      populationNamed,
      1000,
    )
    .option('--map <file>', 'with a CSV file: what its columns mean, as in viveiro import')
    .option('--skip-bad-rows', 'with a CSV file: simulate the others; default: say what is wrong, and do nothing')
    .addOption(
      new Option('--journeys <what>', 'with real: what becomes of journeys on record; default: carry-on').choices([
        'carry-on',
        'under-way',
        'anew',
      ]),
    )
    .option('--limit <n>', 'with real or a CSV file: the most contacts or rows', wholeNumber(1), 1_000_000)
    .option('--days <n>', 'how long', wholeNumber(1, 3650), 90)
    .option('--seed <n>', 'the first seed; another one, another run of chance', wholeNumber(0))
    .option('--seeds <n>', 'so many runs, each with the next seed', wholeNumber(1, 1000), 10)
    .option('--arrivals-per-day <n>', 'so many come per day; default: all on the first', wholeNumber(1))
    .option('--beside <sequence>', 'another sequence that people may enter meanwhile, or all; may be repeated', collect)
    .option('--second-leads <percent>', 'so many of the people show interest again, 1 to 60 days later', percent)
    .option('--second-offer <offer>', 'in what; default: what a sequence beside asks for, else something new')
    .option('--script <file>', 'weights of personas, and whether reps answer: docs/rehearsal.md')
    .option(
      '--behaviour <how>',
      'personas, or measured from our own sends; default: measured with real',
      behaviourNamed,
    )
    .option(
      '--mail-domains <shares>',
      'where made-up people have their addresses, in per cent: gmail.com=40,outlook.com=25',
      domainShares,
    )
    .option('--mails-per-hour <n>', 'what the mail provider takes', wholeNumber(1))
    .option('--mails-per-second <n>', 'what the mail provider takes', wholeNumber(1))
    .option('--handoffs-per-day <n>', 'handoffs that one rep can answer in a day', wholeNumber(1))
    .option('--handoffs-per-week <n>', 'handoffs that one rep can answer in a week', wholeNumber(1))
    .option(
      '--pause <from..to:meaning>',
      'a pause to play through: 10d..20d:freeze, dates, or of one sequence (…:elapse:NAME); may be repeated',
      writtenPause,
    )
    .option('--resume-per-minute <n>', 'journeys woken per minute when a pause ends', wholeNumber(1), WOKEN_PER_MINUTE)
    .option('--threads <n>', 'runs at a time; default: one for each core', wholeNumber(1, 256))
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
  $ viveiro simulate course-nurture --population people.csv
  $ viveiro simulate course-nurture --population leads.csv --map maps/bank-marketing.yaml --skip-bad-rows
  $ viveiro simulate course-nurture --beside all --second-leads 20
  $ viveiro simulate course-nurture --arrivals-per-day 50 --pause 10d..20d:freeze
  $ viveiro simulate course-nurture --population real --json
  $ viveiro simulate course-nurture --population real --journeys under-way --days 30`,
    )
    .action(run);
}

async function run(sequence: string, options: Options): Promise<void> {
  checkSimulateOptions(options);
  const {
    population,
    behaviour = population === 'real' ? 'measured' : 'personas',
    json = false,
    csv = false,
  } = options;
  const config = readConfig(process.env);
  const folders = contentFolders(config);
  const progress = createSimulationProgress({ isQuiet: json || csv, runs: options.seeds, days: options.days });
  const rules = await loadRules(options.rules ?? folders.rules);
  const startsAt = Date.now();
  const base = {
    rules,
    sequence: sequenceNamed(sequence),
    folder: folders.sequences,
    script: await readScript(options.script, options.seed),
    beside: options.beside?.includes('all') ? ('all' as const) : options.beside,
    secondLeads: secondLeadsOf(options),
    seeds: options.seeds,
    arrivalsPerDay: options.arrivalsPerDay,
    resources: {
      mailsPerHour: options.mailsPerHour,
      mailsPerSecond: options.mailsPerSecond,
      handoffsPerDay: options.handoffsPerDay,
      handoffsPerWeek: options.handoffsPerWeek,
    },
    startsAt,
    pauses: pausesOf(options, { startsAt, zone: rules.calendars.zone }),
    days: options.days,
    threads: options.threads ?? availableParallelism(),
    onProgress: progress.show,
  };
  const ask = (more: Pick<SimulateRequest, 'population' | 'measuredFrom'>) => runSimulation({ ...base, ...more });
  const needsDatabase = population === 'real' || behaviour === 'measured';
  const result = needsDatabase
    ? await withDatabase((db) =>
        ask({ population: populationFrom(options, db), measuredFrom: behaviour === 'measured' ? db : undefined }),
      )
    : await ask({ population: populationFrom(options) });
  progress.end();
  if (json) writeJson(result);
  else process.stdout.write(csv ? simulationCsv(result) : simulationText(result));
}

function pausesOf(
  { pause, days, resumePerMinute: perMinute }: Options,
  o: { readonly startsAt: number; readonly zone: string },
): SimulateRequest['pauses'] {
  return pause?.map((written) => {
    const planned = plannedPause(written, { ...o, perMinute });
    if (!planned)
      throw failure('VIV_USAGE', { problem: '--pause: it ends before it begins; write the earlier day first' });
    if (planned.to >= o.startsAt + days * DAY_MS)
      throw failure('VIV_USAGE', { problem: '--pause: it ends after the simulation does; give more --days' });
    return planned;
  });
}

function secondLeadsOf({ secondLeads, secondOffer }: Options): SimulateRequest['secondLeads'] {
  if (secondLeads === undefined) return undefined;
  return { share: secondLeads / 100, ...(secondOffer === undefined ? {} : { offer: secondOffer }) };
}

function populationFrom(
  { population, mailDomains, map, skipBadRows, limit, journeys }: Options,
  db?: Db,
): PopulationRequest {
  if (typeof population === 'number') return { type: 'made-up', count: population, domains: mailDomains };
  if (population !== 'real') return { type: 'listed', file: population.file, map, skipBadRows, limit };
  if (!db) throw new TypeError('contacts on record need a database');
  return { type: 'real', db, limit, journeys };
}
