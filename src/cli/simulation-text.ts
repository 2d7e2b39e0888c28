import type { Spread, StepReport } from '../domain/simulation/report';
import type { SimulationResult } from '../runtime/simulating';
import { bar } from './progress';
import { table } from './table';

const BAR_WIDTH = 24;
const LEVELS = ' ▁▂▃▄▅▆▇█';
const DAYS_PER_LINE = 30;

/** A simulation for a person: pictures first, numbers beside them. */
export function simulationText(result: SimulationResult): string {
  return [
    headOf(result),
    totalsOf(result),
    `Mails per day\n${daysOf(result.mailsPerDay)}`,
    `Mails per hour of the day (company's clock)\n${hoursOf(result.mailsPerHourOfDay)}`,
    `Per week\n${weeksOf(result)}`,
    `Steps\n${stepsOf(result.steps)}`,
    `Ends\n${endsOf(result)}`,
    ...winnersOf(result),
    ...pausesOf(result),
    behaviourOf(result),
  ].join('\n');
}

const spreadText = ({ median, low, high }: Spread): string =>
  low === high ? String(median) : `${median} (${low}–${high})`;

const WHO = {
  'made-up': 'made-up people',
  listed: 'people of the file',
  real: 'contacts on record',
} as const satisfies { readonly [T in SimulationResult['population']['type']]: string };

function headOf({ sequence, population, days, seeds, seconds }: SimulationResult): string {
  const { type, people } = population;
  const runs = `${seeds.length} ${seeds.length === 1 ? 'run' : 'runs'}`;
  const head = [
    `${sequence}: ${people} ${WHO[type]}`,
    ...notesOf(population),
    `${days} days`,
    `${runs} in ${seconds} s.`,
  ];
  return `${head.join(', ')}\nMedian (and the middle 80 % of the runs).\n`;
}

const JOURNEYS = {
  'carry-on': 'journeys under way carried on, others who may enter begin',
  'under-way': 'journeys under way carried on',
  anew: 'everyone begins anew',
} as const;

function notesOf({ notLetIn, badRows, leftOut, journeys }: SimulationResult['population']): readonly string[] {
  return [
    ...(journeys ? [JOURNEYS[journeys]] : []),
    ...(notLetIn > 0 ? [`${notLetIn} more do not fit its entry`] : []),
    ...(badRows > 0 ? [`${badRows} bad rows`] : []),
    ...(leftOut > 0 ? [`${leftOut} rows left out`] : []),
  ];
}

const LABELS = {
  entered: 'entered',
  carriedOn: 'carried on',
  refused: 'not let in',
  waited: 'waited to enter',
  running: 'still under way',
  mails: 'mails',
  mailsInBusiestHour: 'mails in the busiest hour',
  deferredByCap: 'waited for a cap',
  deferredByGap: 'waited for another mail of theirs',
  deferredByQuietHours: 'waited for the morning',
  deferredBySendDays: 'waited for a day with mail',
  deferredByLane: 'waited for their lane',
  deferredByProvider: 'waited for the provider',
  skipped: 'mails not sent at all',
  clicks: 'clicks',
  calls: 'wishes for a call',
  purchases: 'purchases',
  unsubscribes: 'unsubscribed',
  bounces: 'bounced',
  mqls: 'became MQL',
  handoffs: 'handoffs',
  escalations: 'escalated',
  answersPutOff: 'answers put off, no room',
} as const satisfies { readonly [T in keyof SimulationResult['totals']]: string };

function totalsOf({ totals }: SimulationResult): string {
  const names = Object.keys(LABELS) as (keyof typeof LABELS)[]; // the table has each as its key
  return table(
    ['', 'number'],
    names.map((name) => [LABELS[name], spreadText(totals[name])]),
  );
}

function spark(values: readonly number[], most: number): string {
  return values.map((value) => LEVELS[value === 0 ? 0 : Math.max(1, Math.round((value / (most || 1)) * 8))]).join('');
}

function daysOf(days: readonly Spread[]): string {
  const medians = days.map(({ median }) => median);
  const most = Math.max(1, ...medians);
  const lines: string[] = [];
  for (let first = 0; first < medians.length; first += DAYS_PER_LINE) {
    const part = medians.slice(first, first + DAYS_PER_LINE);
    const sum = part.reduce((total, value) => total + value, 0);
    lines.push(`  day ${String(first + 1).padStart(3)}  ${spark(part, most).padEnd(DAYS_PER_LINE)}  ${sum}`);
  }
  return `${lines.join('\n')}\n  a full block is ${most} mails\n`;
}

function hoursOf(hours: readonly Spread[]): string {
  const medians = hours.map(({ median }) => median);
  const most = Math.max(1, ...medians);
  const wide = [...spark(medians, most)].map((level) => level.repeat(2)).join('');
  return `  ${wide}\n  0     3     6     9     12    15    18    21\n`;
}

function weeksOf({ mqlsPerWeek, handoffsPerWeek, answersPerWeek, repCapacityPerWeek }: SimulationResult): string {
  const most = Math.max(1, repCapacityPerWeek ?? 0, ...handoffsPerWeek.map(({ median }) => median));
  const rows = handoffsPerWeek.map((handoffs, index) => [
    String(index + 1),
    spreadText(mqlsPerWeek[index] ?? handoffs),
    spreadText(handoffs),
    spreadText(answersPerWeek[index] ?? handoffs),
    bar(handoffs.median / most, BAR_WIDTH),
  ]);
  const of = repCapacityPerWeek === null ? '' : `, of ${repCapacityPerWeek} that reps have room for`;
  return table(['week', 'MQLs', 'handoffs', 'answered', `handoffs${of}`], rows);
}

function stepsOf(steps: readonly StepReport[]): string {
  const most = Math.max(1, ...steps.map(({ arrived }) => arrived.median));
  const several = new Set(steps.map(({ sequence }) => sequence)).size > 1;
  const rows = steps.map(({ sequence, step, arrived, standing, left }) => [
    several ? `${sequence}/${step}` : step,
    bar(arrived.median / most, BAR_WIDTH),
    spreadText(arrived),
    standing.median > 0 ? String(standing.median) : '',
    waysOf(left),
  ]);
  return table(['step', '', 'came', 'are there', 'went on to'], rows);
}

const MOST_WAYS = 4;

function waysOf(left: StepReport['left']): string {
  const ways = Object.entries(left).toSorted(([, a], [, b]) => b.median - a.median);
  const shown = ways.slice(0, MOST_WAYS).map(([to, { median }]) => `${to} ${median}`);
  return [...shown, ...(ways.length > MOST_WAYS ? [`${ways.length - MOST_WAYS} more`] : [])].join(', ');
}

function endsOf({ outcomes }: SimulationResult): string {
  const sorted = outcomes.toSorted((a, b) => b.journeys.median - a.journeys.median);
  const most = Math.max(1, sorted[0]?.journeys.median ?? 1);
  const several = new Set(sorted.map(({ sequence }) => sequence)).size > 1;
  return table(
    ['outcome', '', 'journeys'],
    sorted.map(({ sequence, outcome, journeys }) => [
      several ? `${sequence}/${outcome}` : outcome,
      bar(journeys.median / most, BAR_WIDTH),
      spreadText(journeys),
    ]),
  );
}

const MINUTE_MS = 60_000;
const shortly = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

function pausesOf({ pauses }: SimulationResult): readonly string[] {
  if (pauses.length === 0) return [];
  const rows = pauses.map(({ mode, sequence, from, to, held, resumeMs, dropped, mailsInDayAfter }) => [
    `${shortly(from)} to ${shortly(to)} UTC`,
    mode,
    sequence ?? 'everything',
    spreadText(held),
    `${Math.ceil(resumeMs.median / MINUTE_MS)} min`,
    spreadText(dropped),
    spreadText(mailsInDayAfter),
  ]);
  const heads = ['pause', 'meaning', 'of', 'held at its end', 'woken within', 'dropped', 'mails of the day after'];
  return [`Pauses\n${table(heads, rows)}`];
}

function winnersOf({ winners, seeds }: SimulationResult): readonly string[] {
  if (winners.length === 0) return [];
  const rows = winners.map(({ sequence, step, variant, runs, day }) => [
    `${sequence}/${step}`,
    variant,
    `${runs} of ${seeds.length}`,
    spreadText(day),
  ]);
  return [`Variants that won\n${table(['step', 'variant', 'runs', 'on day'], rows)}`];
}

function behaviourOf({ behaviour: { measured, byPersona } }: SimulationResult): string {
  const known = measured.length > 0 ? `Measured from our own sends: ${measured.join(', ')}.\n` : '';
  const assumed = byPersona.length > 0 ? `Assumed, by personas alone: ${byPersona.join(', ')}.\n` : '';
  return `How people behave. ${known}${assumed}`;
}
