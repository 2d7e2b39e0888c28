import type { Spread } from '../domain/simulation/report';
import type { SimulationResult } from '../runtime/simulating';

/** One line per number: what it is, of what (a day, a step), its median, and the bounds of the middle 80 %. */
export function simulationCsv(result: SimulationResult): string {
  const rows = [
    ...Object.entries(result.totals).map(([name, spread]) => row(name, '', spread)),
    ...series('mailsPerDay', result.mailsPerDay),
    ...series('mailsPerHourOfDay', result.mailsPerHourOfDay, 0),
    ...series('mqlsPerWeek', result.mqlsPerWeek),
    ...series('handoffsPerWeek', result.handoffsPerWeek),
    ...series('answersPerWeek', result.answersPerWeek),
    ...Object.entries(result.handoffsByTeam).map(([team, spread]) => row('handoffsByTeam', team, spread)),
    ...Object.entries(result.handoffsByStatus).map(([status, spread]) => row('handoffsByStatus', status, spread)),
    ...result.outcomes.map(({ sequence, outcome, journeys }) => row('outcome', `${sequence}/${outcome}`, journeys)),
    ...result.pauses.flatMap(({ held, resumeMs, dropped, mailsInDayAfter }, index) => [
      row('pauseHeld', String(index + 1), held),
      row('pauseResumeMs', String(index + 1), resumeMs),
      row('pauseDropped', String(index + 1), dropped),
      row('pauseMailsInDayAfter', String(index + 1), mailsInDayAfter),
    ]),
    ...result.winners.flatMap(({ sequence, step, variant, runs, day }) => [
      row('winnerRuns', `${sequence}/${step}/${variant}`, { median: runs, low: runs, high: runs }),
      row('winnerDay', `${sequence}/${step}/${variant}`, day),
    ]),
    ...result.steps.flatMap(({ sequence, step, arrived, standing, left }) => [
      row('stepArrived', `${sequence}/${step}`, arrived),
      row('stepStanding', `${sequence}/${step}`, standing),
      ...Object.entries(left).map(([to, spread]) =>
        row('stepLeft', `${sequence}/${step} to ${to.replace('→ ', 'end ')}`, spread),
      ),
    ]),
  ];
  return `name,of,median,low,high\n${rows.join('\n')}\n`;
}

/** Names of sequences, steps, teams and outcomes are slugs: nothing needs quotes. */
const row = (name: string, of: string, { median, low, high }: Spread): string =>
  [name, of, median, low, high].join(',');

const series = (name: string, spreads: readonly Spread[], first = 1): readonly string[] =>
  spreads.map((spread, index) => row(name, String(index + first), spread));
