import type { RoutingRules } from '../handoff/rules';
import type { Resources } from './resources';
import type { Counts, PauseCounts } from './tally';

/** A number over several seeds: its median, and between which two the middle 80 % lie. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What several runs of one simulation came to. */
export interface Report {
  readonly totals: { readonly [T in Total]: Spread };
  readonly mailsPerDay: readonly Spread[];
  readonly mailsPerHourOfDay: readonly Spread[];
  readonly mqlsPerWeek: readonly Spread[];
  readonly handoffsPerWeek: readonly Spread[];
  readonly answersPerWeek: readonly Spread[];
  /** Answers that all reps together have room for in a week; null: nobody said. */
  readonly repCapacityPerWeek: number | null;
  readonly handoffsByTeam: { readonly [team: string]: Spread };
  readonly handoffsByStatus: { readonly [status: string]: Spread };
  readonly outcomes: readonly { readonly sequence: string; readonly outcome: string; readonly journeys: Spread }[];
  /** In the order in which they were asked for. */
  readonly pauses: readonly PauseReport[];
  /** Variants that won: in how many of the runs, and on which day. */
  readonly winners: readonly WinnerReport[];
  readonly steps: readonly StepReport[];
}

export type PauseReport = { readonly [C in keyof PauseCounts]: Spread };

export interface WinnerReport {
  readonly sequence: string;
  readonly step: string;
  readonly variant: string;
  readonly runs: number;
  /** 1 for the first. */
  readonly day: Spread;
}

export interface StepReport {
  readonly sequence: string;
  readonly step: string;
  readonly arrived: Spread;
  readonly standing: Spread;
  readonly left: { readonly [to: string]: Spread };
}

const TOTALS = {
  entered: (counts) => counts.entered,
  carriedOn: (counts) => counts.carriedOn,
  refused: (counts) => counts.refused,
  waited: (counts) => counts.waited,
  running: (counts) => counts.running,
  mails: (counts) => counts.mails,
  mailsInBusiestHour: (counts) => counts.mailsInBusiestHour,
  deferredByCap: ({ deferrals }) => deferrals.cap,
  deferredByGap: ({ deferrals }) => deferrals.gap,
  deferredByQuietHours: ({ deferrals }) => deferrals['quiet-hours'],
  deferredBySendDays: ({ deferrals }) => deferrals['send-days'],
  deferredByLane: ({ deferrals }) => deferrals.lane,
  deferredByProvider: ({ deferrals }) => deferrals.provider,
  skipped: (counts) => counts.skipped,
  clicks: (counts) => counts.clicks,
  calls: (counts) => counts.calls,
  purchases: (counts) => counts.purchases,
  unsubscribes: (counts) => counts.unsubscribes,
  bounces: (counts) => counts.bounces,
  mqls: (counts) => counts.mqls,
  handoffs: (counts) => counts.handoffs,
  escalations: (counts) => counts.escalations,
  answersPutOff: (counts) => counts.putOff,
} as const satisfies { readonly [total: string]: (counts: Counts) => number };
export type Total = keyof typeof TOTALS;
export const TOTAL_NAMES = Object.keys(TOTALS) as readonly Total[]; // the table has each as its key

const LOW = 0.1;
const HIGH = 0.9;

/** Median and the bounds of the middle 80 %, each a value that was there (nearest rank). */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
  return { median: at(0.5), low: at(LOW), high: at(HIGH) };
}

/** Sums up the runs. `resources` and `routing`: to set answers against what reps have room for. */
export function reportOf(
  runs: readonly Counts[],
  { resources, routing }: { readonly resources: Resources; readonly routing: RoutingRules },
): Report {
  const over = (read: (counts: Counts) => number): Spread => spreadOf(runs.map(read));
  const series = (read: (counts: Counts) => readonly number[]): readonly Spread[] =>
    (runs[0] ? read(runs[0]) : []).map((_, index) => over((counts) => read(counts)[index] ?? 0));
  const named = (read: (counts: Counts) => { readonly [name: string]: number }): { readonly [name: string]: Spread } =>
    Object.fromEntries(namesIn(runs.map(read)).map((name) => [name, over((counts) => read(counts)[name] ?? 0)]));
  const totals = Object.fromEntries(TOTAL_NAMES.map((name) => [name, over(TOTALS[name])]));
  return {
    totals: totals as { readonly [T in Total]: Spread }, // one for each name
    mailsPerDay: series(({ mailsPerDay }) => mailsPerDay),
    mailsPerHourOfDay: series(({ mailsPerHourOfDay }) => mailsPerHourOfDay),
    mqlsPerWeek: series(({ mqlsPerWeek }) => mqlsPerWeek),
    handoffsPerWeek: series(({ handoffsPerWeek }) => handoffsPerWeek),
    answersPerWeek: series(({ answersPerWeek }) => answersPerWeek),
    repCapacityPerWeek: capacityOf(resources, routing),
    handoffsByTeam: named(({ handoffsByTeam }) => handoffsByTeam),
    handoffsByStatus: named(({ handoffsByStatus }) => handoffsByStatus),
    outcomes: outcomesOf(runs),
    pauses: pausesOf(runs),
    winners: winnersOf(runs),
    steps: stepsOf(runs),
  };
}

const namesIn = (tables: readonly { readonly [name: string]: unknown }[]): readonly string[] => [
  ...new Set(tables.flatMap((table) => Object.keys(table))),
];

function capacityOf({ handoffsPerDay, handoffsPerWeek }: Resources, { teams }: RoutingRules): number | null {
  if (handoffsPerDay === undefined && handoffsPerWeek === undefined) return null;
  const perRep = Math.min(
    7 * (handoffsPerDay ?? Number.POSITIVE_INFINITY),
    handoffsPerWeek ?? Number.POSITIVE_INFINITY,
  );
  return perRep * Object.values(teams).reduce((sum, { reps }) => sum + reps.length, 0);
}

function outcomesOf(runs: readonly Counts[]): Report['outcomes'] {
  return namesIn(runs.map(({ outcomes }) => outcomes)).flatMap((sequence) => {
    const names = namesIn(runs.map(({ outcomes }) => outcomes[sequence] ?? {}));
    return names.map((outcome) => ({
      sequence,
      outcome,
      journeys: spreadOf(runs.map(({ outcomes }) => outcomes[sequence]?.[outcome] ?? 0)),
    }));
  });
}

/** The steps stand in the same order in each run. */
function stepsOf(runs: readonly Counts[]): readonly StepReport[] {
  return (runs[0]?.steps ?? []).map(({ sequence, step }, index) => {
    const ofStep = runs.flatMap(({ steps }) => steps[index] ?? []);
    const to = namesIn(ofStep.map(({ left }) => left));
    return {
      sequence,
      step,
      arrived: spreadOf(ofStep.map(({ arrived }) => arrived)),
      standing: spreadOf(ofStep.map(({ standing }) => standing)),
      left: Object.fromEntries(to.map((name) => [name, spreadOf(ofStep.map(({ left }) => left[name] ?? 0))])),
    };
  });
}

const pausesOf = (runs: readonly Counts[]): readonly PauseReport[] =>
  (runs[0]?.pauses ?? []).map((_, index) => {
    const over = (name: keyof PauseCounts) => spreadOf(runs.map(({ pauses }) => pauses[index]?.[name] ?? 0));
    return {
      held: over('held'),
      resumeMs: over('resumeMs'),
      dropped: over('dropped'),
      mailsInDayAfter: over('mailsInDayAfter'),
    };
  });

function winnersOf(runs: readonly Counts[]): readonly WinnerReport[] {
  const all = runs.flatMap(({ winners }) => winners);
  const keys = [...new Set(all.map(({ sequence, step, variant }) => `${sequence} ${step} ${variant}`))].sort();
  return keys.map((key) => {
    const alike = all.filter(({ sequence, step, variant }) => `${sequence} ${step} ${variant}` === key);
    const [{ sequence, step, variant } = { sequence: '', step: '', variant: '' }] = alike;
    return { sequence, step, variant, runs: alike.length, day: spreadOf(alike.map(({ day }) => day)) };
  });
}
