import type { Command } from 'commander';
import { failure } from '../../../domain/errors';
import { type Config, readConfig } from '../../../runtime/config';
import { contentFolders } from '../../../runtime/content';
import { outgoingOf } from '../../../runtime/mail-accounts';
import { loadDelivery } from '../../../runtime/rules';
import { runningSystem } from '../../../runtime/running';
import { sendTest, type TestWay } from '../../../runtime/send-test';
import { wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { type FolderOptions, namesAsked, readFolder, refuseUnreadable, TEMPLATES_OPTION } from './folder';
import { type ViewOptions, viewed } from './view';

interface Options extends FolderOptions, ViewOptions {
  readonly to: string;
  readonly account?: string;
  readonly json?: boolean;
}

/** `viveiro template send-test` */
export function register(parent: Command): void {
  parent
    .command('send-test')
    .argument('<name>', 'a template')
    .requiredOption('--to <address>', 'who gets it')
    .option('--locale <locale>', 'language; default: that of the contact, or English')
    .option('--contact <email>', 'as for this contact on record; default: as for the sample')
    .option('--version <n>', 'as it was published; default: as the files stand', wholeNumber(1))
    .option('--account <name>', 'by this SMTP account of rules/delivery.yaml; default: the first')
    .option(...TEMPLATES_OPTION)
    .option('--json', 'one JSON object')
    .description('send one mail through the configured relay, or to the inbox, marked [TEST]')
    .addHelpText(
      'after',
      `
It is in no ledger and no story, counts for no cap, and its links lead nowhere. Not to suppressed addresses.

Examples:
  $ viveiro template send-test course-lesson --to me@example.com
  $ viveiro template send-test course-lesson --to me@example.com --locale pl --json`,
    )
    .action(send);
}

async function send(template: string, options: Options): Promise<void> {
  const read = await readFolder(options);
  if (options.version === undefined) refuseUnreadable(read, namesAsked(read, [template]));
  const config = readConfig(process.env);
  const way = await wayOf(config, options.account);
  const sent = await withDatabase(async (db) => {
    const rendered = await viewed(read, template, { options, db });
    return sendTest({ db, way, to: options.to, rendered, now: Date.now() });
  });
  if (options.json) return writeJson({ template, ...sent });
  process.stdout.write(`“${sent.subject}” went to ${options.to}: ${sent.response}\n`);
}

/** The way that a live mail would take. */
async function wayOf(config: Config, asked: string | undefined): Promise<TestWay | undefined> {
  const { accounts, tls, dkim } = outgoingOf(config, await loadDelivery(contentFolders(config).rules), process.env);
  const account = asked === undefined ? accounts?.[0] : accounts?.find(({ name }) => name === asked);
  if (account) return account;
  if (asked !== undefined)
    throw failure('VIV_ACCOUNT_UNKNOWN', {
      account: asked,
      known: (accounts ?? []).map(({ name }) => name).join(', '),
    });
  const smtpUrl = config.smtpUrl ?? runningSystem(config.dataDir)?.smtpUrl;
  return smtpUrl === undefined ? undefined : { smtpUrl, from: config.mailFrom, tls, dkim };
}
