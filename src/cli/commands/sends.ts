import type { Command } from 'commander';
import { listUncertain } from '../../store/sends';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { table } from '../table';

/** `viveiro sends --uncertain`: mails of which nobody knows whether they arrived. */
export function register(program: Command): void {
  program
    .command('sends')
    .requiredOption('--uncertain', 'those of which nobody knows whether they went out')
    .option('--json', 'one JSON object')
    .description('list sends in doubt, the oldest first, to be looked after in the log of the relay')
    .addHelpText(
      'after',
      `
A process died, or the connection broke, between the first byte of the body and the answer of the server. Marketing mail is
held then, since it might arrive twice; transactional mail was sent again under the same Message-ID.

Examples:
  $ viveiro sends --uncertain
  $ viveiro sends --uncertain --json`,
    )
    .action(list);
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const sends = await withDatabase(listUncertain);
  if (json) {
    writeJson({ sends });
    return;
  }
  const rows = sends.map(({ plannedAt, recipient, status, subject, messageId, reason }) =>
    [minuteText(plannedAt), recipient, status, subject ?? '', messageId, reason].map(onOneLine),
  );
  process.stdout.write(table(['planned (UTC)', 'to', 'status', 'subject', 'Message-ID', 'reason'], rows));
}
