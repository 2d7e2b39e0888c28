import { type Command, InvalidArgumentError } from 'commander';
import { selectorSchema, senderDomain } from '../../domain/delivery/account-rules';
import { mailDomain } from '../../domain/delivery/mail-domain';
import { type Config, readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { createDkim, type DkimRecord, dkimOf } from '../../runtime/dkim';
import { sendersOf } from '../../runtime/mail-accounts';
import { type MailRecord, mailRecords } from '../../runtime/mail-records';
import { loadDelivery } from '../../runtime/rules';
import { JSON_OPTION } from '../arguments';
import { onOneLine, writeJson } from '../output';
import { table } from '../table';

const EXIT_MISSING = 3; // as for errors of that kind, see the registry
const SELECTOR = 'viveiro';

/** `viveiro dkim create|show|check`: the keys that sign mails, and what receivers find of them. */
export function register(program: Command): void {
  const dkim = program.command('dkim').description('keys that sign mails: make them, show and check what to publish');
  withName(dkim.command('create'))
    .description('make a key, and say what to publish in the DNS')
    .addHelpText(
      'after',
      `
The private key stays in the data folder, where its owner alone can read it; it is never shown.

Examples:
  $ viveiro dkim create
  $ viveiro dkim create --domain news.example.com --selector s2027`,
    )
    .action(async (options: NameOptions) => tell(await createDkim(named(options)), options));
  withName(dkim.command('show'))
    .description('say again what to publish for a key that was made')
    .addHelpText('after', '\nExamples:\n  $ viveiro dkim show --domain news.example.com --selector s2027')
    .action((options: NameOptions) => tell(dkimOf(named(options)), options));
  dkim
    .command('check')
    .option(...JSON_OPTION)
    .description('look in the DNS for what receivers want of every sender: DKIM, SPF, DMARC')
    .addHelpText('after', '\nExit code 3 if something is missing or wrong.\n\nExamples:\n  $ viveiro dkim check')
    .action(check);
}

interface NameOptions {
  readonly domain?: string;
  readonly selector: string;
  readonly json?: boolean;
}

function withName(command: Command): Command {
  return command
    .option('--domain <domain>', 'which signs; default: VIVEIRO_DKIM_DOMAIN, else that of VIVEIRO_MAIL_FROM', aDomain)
    .option('--selector <name>', 'which of its keys', aSelector, SELECTOR)
    .option(...JSON_OPTION);
}

const aDomain = (text: string): string => parsed(mailDomain, text.toLowerCase());
const aSelector = (text: string): string => parsed(selectorSchema, text);

function parsed(schema: typeof mailDomain | typeof selectorSchema, text: string): string {
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw new InvalidArgumentError(result.error.issues[0]?.message ?? 'not valid');
}

function named({ domain, selector }: NameOptions) {
  const config = readConfig(process.env);
  return { dataDir: config.dataDir, domain: domain ?? ownDomain(config), selector };
}

const ownDomain = ({ dkimDomain, mailFrom }: Config): string => dkimDomain ?? senderDomain(mailFrom) ?? '';

function tell(record: DkimRecord, { json, selector }: NameOptions): void {
  if (json) {
    writeJson({ type: 'TXT', ...record });
    return;
  }
  const { name, value, file } = record;
  process.stdout.write(`Publish this in the DNS of the domain:

name   ${name}
type   TXT
value  ${value}

The private key is ${file}. To sign with it, set VIVEIRO_DKIM_SELECTOR=${selector}, or name it under dkim of an
account in rules/delivery.yaml. viveiro dkim check says whether receivers find it.
`);
}

async function check({ json }: { readonly json?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const senders = sendersOf(config, await loadDelivery(contentFolders(config).rules), process.env);
  const records = await mailRecords(senders, config);
  const isComplete = records.every(({ status }) => status === 'ok');
  if (json) writeJson({ isComplete, records });
  else process.stdout.write(recordsText(records));
  if (!isComplete) process.exitCode = EXIT_MISSING;
}

function recordsText(records: readonly MailRecord[]): string {
  const rows = records.map(({ kind, name, status, detail }) => [kind, name, status, onOneLine(detail)]);
  const fixes = records.flatMap(({ kind, name, fix }) => (fix ? [`${kind} ${name}: ${fix}\n`] : []));
  return `${table(['what', 'name', 'status', 'found'], rows)}${fixes.length > 0 ? `\n${fixes.join('')}` : ''}`;
}
