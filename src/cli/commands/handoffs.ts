import type { Command } from 'commander';
import { type HandoffFilter, listHandoffs } from '../../store/handoffs';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { table } from '../table';

interface Options {
  readonly open?: boolean;
  readonly rep?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** `viveiro handoffs`: which leads stand with sales. */
export function register(program: Command): void {
  program
    .command('handoffs')
    .option('--open', 'only those that wait for an answer')
    .option('--rep <email>', 'only those of this rep')
    .option('--limit <n>', 'how many', wholeNumber(1), 50)
    .option('--json', 'one JSON object')
    .description('list handoffs: the open ones first, by due time')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro handoffs --open
  $ viveiro handoffs --rep rita@example.com --json`,
    )
    .action(list);
}

async function list({ open, rep, limit, json }: Options): Promise<void> {
  const filter: HandoffFilter = {
    status: open ? ['offered', 'escalated'] : undefined,
    rep: rep?.trim().toLowerCase(),
    limit,
  };
  const handoffs = await withDatabase((db) => listHandoffs(db, filter));
  if (json) {
    writeJson({ handoffs });
    return;
  }
  const rows = handoffs.map((handoff) => [
    handoff.email,
    onOneLine(handoff.offer ?? ''),
    handoff.team,
    handoff.rep ?? 'nobody',
    handoff.status,
    minuteText(handoff.dueAt),
    onOneLine(handoff.reason ?? ''),
  ]);
  process.stdout.write(table(['contact', 'offer', 'team', 'rep', 'status', 'due (UTC)', 'reason'], rows));
}
