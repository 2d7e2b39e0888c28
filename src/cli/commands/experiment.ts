import type { Command } from 'commander';
import { rateOf, wilsonInterval } from '../../domain/experiment/proportions';
import type { VariantCount } from '../../domain/experiment/winner';
import { decideExperiments, type Experiment, listExperiments } from '../../store/experiments';
import { withDatabase } from '../database';
import { onOneLine, writeJson } from '../output';
import { table } from '../table';

interface Options {
  readonly sequence?: string;
  readonly json?: boolean;
}

/** `viveiro experiment list|decide`: mails with variants that are compared. */
export function register(program: Command): void {
  const experiment = program.command('experiment').description('mail variants that are compared: list and decide them');
  experiment
    .command('list')
    .option('--sequence <name>', 'only those of this sequence')
    .option('--json', 'one JSON object, with counts, rates and their intervals')
    .description('every mail step with a winner: rule, and how its variants stand')
    .addHelpText(
      'after',
      `
A rate stands with the interval that holds the true one 19 times of 20.

Examples:
  $ viveiro experiment list
  $ viveiro experiment list --sequence course-nurture --json`,
    )
    .action(list);
  experiment
    .command('decide')
    .option('--sequence <name>', 'only those of this sequence')
    .option('--json', 'one JSON object')
    .description('choose the winners that are clear, as the daily sweep does; what is decided stays')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro experiment decide`,
    )
    .action(decide);
}

/** A variant with what follows from its counts. */
function measured(count: VariantCount) {
  const proportion = { trials: count.sent, successes: count.successes };
  return { ...count, rate: rateOf(proportion), interval: wilsonInterval(proportion) };
}

const shown = ({ rule, counts, decided, ...rest }: Experiment) => ({
  ...rest,
  by: rule.by,
  winner: decided?.winner ?? null,
  decidedAt: decided?.decidedAt ?? null,
  variants: counts.map(measured),
});

async function list({ sequence, json }: Options): Promise<void> {
  const experiments = await withDatabase((db) => listExperiments(db, { now: Date.now(), sequence }));
  if (json) writeJson({ experiments: experiments.map(shown) });
  else process.stdout.write(tableOf(experiments));
}

async function decide({ sequence, json }: Options): Promise<void> {
  const experiments = await withDatabase((db) => decideExperiments(db, { now: Date.now(), sequence }));
  if (json) writeJson({ decided: experiments.map(shown) });
  else process.stdout.write(experiments.length > 0 ? tableOf(experiments) : 'No experiment can be decided now.\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function tableOf(experiments: readonly Experiment[]): string {
  const rows = experiments.flatMap((experiment) => {
    const { sequence, stepId, rule, variants, winner, reason } = { ...experiment, ...shown(experiment) };
    return variants.map(({ variant, sent, successes, rate, interval }, index) => [
      index === 0 ? `${sequence} ${stepId}` : '',
      variant,
      String(sent),
      `${successes} ${rule.by}`,
      percent(rate),
      `${percent(interval.low)} to ${percent(interval.high)}`,
      winner === variant ? 'winner' : '',
      index === 0 ? onOneLine(reason) : '',
    ]);
  });
  return table(['step', 'variant', 'mails', 'did', 'rate', '95 % within', '', 'reason'], rows);
}
