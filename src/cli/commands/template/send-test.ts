import type { Command } from 'commander';
import { readConfig } from '../../../runtime/config';
import { runningSystem } from '../../../runtime/running';
import { sendTest } from '../../../runtime/send-test';
import { wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { type FolderOptions, namesAsked, readFolder, refuseUnreadable, TEMPLATES_OPTION } from './folder';
import { type ViewOptions, viewed } from './view';

interface Options extends FolderOptions, ViewOptions {
  readonly to: string;
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
  const sent = await withDatabase(async (db) => {
    const rendered = await viewed(read, template, { options, db });
    const smtpUrl = config.smtpUrl ?? runningSystem(config.dataDir)?.smtpUrl;
    return sendTest({ db, smtpUrl, from: config.mailFrom, to: options.to, rendered, now: Date.now() });
  });
  if (options.json) return writeJson({ template, ...sent });
  process.stdout.write(`“${sent.subject}” went to ${options.to}: ${sent.response}\n`);
}
