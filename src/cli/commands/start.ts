import type { Command } from 'commander';
import { type App, type AppProgress, startApp } from '../../runtime/app';
import { readConfig } from '../../runtime/config';
import type { Addresses } from '../../runtime/running';
import { untilStopped } from '../../runtime/signals';
import { createStep } from '../progress';
import { table } from '../table';

/** `viveiro start`: everything, until it is stopped. */
export function register(program: Command): void {
  program
    .command('start')
    .option('--json', 'one JSON object with the addresses, once all is up')
    .description('run database, Temporal, worker, outbox, API, pages and inbox until Ctrl-C')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro start
  $ VIVEIRO_API_PORT=8080 VIVEIRO_SMTP_URL=smtp://relay.example:587 viveiro start
  $ VIVEIRO_DATABASE_URL=postgresql://… TEMPORAL_ADDRESS=temporal.example:7233 viveiro start`,
    )
    .action(start);
}

async function start({ json }: { readonly json?: boolean }): Promise<void> {
  const stopped = untilStopped(); // before anything starts: an early Ctrl-C must leave nothing behind
  const app = await createStep({ isQuiet: json === true })('Start Viveiro', (say) =>
    startApp(readConfig(process.env), {
      onProgress: (progress) => say(progressText(progress)),
      onProblem: (problem) => process.stderr.write(`${problem instanceof Error ? problem.message : problem}\n`),
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(app.addresses)}\n` : addressesText(app.addresses));
  await untilOver(app, stopped);
}

const progressText = ({ part, state, detail }: AppProgress): string => [part, state, detail].filter(Boolean).join(' ');

/** Stops in order when asked to; a part that has ended by itself ends everything, and is thrown. */
async function untilOver(app: App, stopped: Promise<string>): Promise<void> {
  const failure = await Promise.race([app.failed, stopped.then(() => undefined)]);
  await app.stop();
  if (failure) throw failure;
}

function addressesText({
  apiUrl = '',
  publicUrl = '',
  inboxUrl,
  smtpUrl = '',
  mailAccounts,
  inboundSmtpUrl,
  temporal,
  databaseUrl,
}: Addresses): string {
  const rows = [
    ['API', apiUrl],
    ...(publicUrl === apiUrl ? [] : [['public address', publicUrl]]),
    ['contacts and their stories', `${apiUrl}/contacts`],
    ...(inboxUrl ? [['inbox', inboxUrl]] : []),
    ['mail goes to', mailAccounts ? `accounts ${mailAccounts.join(', ')}` : new URL(smtpUrl).host],
    ...(inboundSmtpUrl ? [['answers come to', new URL(inboundSmtpUrl).host]] : []),
    ['Temporal', temporal?.address ?? ''],
    ['PostgreSQL', new URL(databaseUrl).host],
  ];
  return `${table(['Viveiro is up', 'Ctrl-C stops it'], rows)}\n`;
}
