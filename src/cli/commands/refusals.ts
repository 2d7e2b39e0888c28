import { type Command, Option } from 'commander';
import { listRefusals, REFUSAL_KINDS, type RefusalCount, type RefusalKind } from '../../store/refusals';
import { JSON_OPTION, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { table } from '../table';

/** `viveiro refusals` */
export function register(program: Command): void {
  program
    .command('refusals')
    .option('--days <count>', 'of so many days', wholeNumber(1), 7)
    .addOption(new Option('--kind <kind>', 'only what was sent to this').choices(REFUSAL_KINDS))
    .option('--by-day', 'each day apart')
    .option(...JSON_OPTION)
    .description('count what was refused of strangers: forged links, forms, page views, webhooks, mail; by its code')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro refusals
  $ viveiro refusals --days 30 --kind link --by-day`,
    )
    .action(refusals);
}

interface Options {
  readonly days: number;
  readonly kind?: RefusalKind;
  readonly byDay?: boolean;
  readonly json?: boolean;
}

async function refusals({ days, kind, byDay, json }: Options): Promise<void> {
  const since = Date.now() - days * 86_400_000;
  const counts = await withDatabase((db) => listRefusals(db, { since, kind }));
  const shown = byDay ? counts : summedUp(counts);
  if (json) return writeJson({ days, refusals: shown });
  if (shown.length === 0) return void process.stdout.write(`Nothing was refused in ${days} days.\n`);
  const rows = shown.map((one) => [one.day, one.kind, one.name, one.code, String(one.count)]);
  process.stdout.write(table([byDay ? 'day (UTC)' : 'last (UTC)', 'kind', 'name', 'code', 'count'], rows));
}

/** Over all days; `day`: the last one. The most frequent first. */
function summedUp(counts: readonly RefusalCount[]): readonly RefusalCount[] {
  const sums = new Map<string, RefusalCount>();
  for (const one of counts) {
    const key = [one.kind, one.name, one.code].join('|');
    const sum = sums.get(key); // the newest day comes first
    sums.set(key, sum ? { ...sum, count: sum.count + one.count } : one);
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
