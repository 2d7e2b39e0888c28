import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { confirmSubscription } from '../../api/inbound/confirm';
import { failure } from '../../domain/errors';
import { CONSEQUENCES } from '../../domain/inbound/consequence';
import { readMail } from '../../mail/inbound/read-mail';
import { readConfig } from '../../runtime/config';
import { existingSecret } from '../../runtime/data-folder';
import { errorCode } from '../../runtime/error-code';
import { readFromAmazon } from '../../runtime/inbound/amazon';
import { acceptReply } from '../../store/inbound-accept';
import { countBlocks, countInbound, findInbound, listInbound, type Standing } from '../../store/inbound-rows';
import { JSON_OPTION, type JsonOption, shortText, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { countText, listText, readText, shownText } from '../inbound-text';
import { writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';

const STANDINGS: readonly Standing[] = ['applied', 'kept', 'refused'];

/**
 * `viveiro inbound`, `inbound read`, `inbound show`, `inbound count`, `inbound accept`, `inbound confirm`: what came back, and
 * what it was taken for.
 */
export function register(program: Command): void {
  const inbound = program
    .command('inbound')
    .addOption(
      new Option('--standing <standing>', 'only what was applied, kept for a person, or refused').choices(STANDINGS),
    )
    .addOption(
      new Option('--kind <kind>', 'only this kind').choices([...Object.keys(CONSEQUENCES), 'lead', 'confirmation']),
    )
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list bounces, complaints and answers, the newest first, and what each was taken for')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro inbound
  $ viveiro inbound --standing kept
  $ viveiro inbound read bounce.eml`,
    )
    .action(list);
  addRead(inbound);
  addShow(inbound);
  addCount(inbound);
  addAccept(inbound);
  addConfirm(inbound);
}

function addRead(inbound: Command): void {
  inbound
    .command('read')
    .argument('<file>', 'a message as it came: .eml')
    .option(...JSON_OPTION)
    .description('say what a message would be taken for, and by which signs; nothing is recorded')
    .addHelpText('after', '\nExamples:\n  $ viveiro inbound read bounce.eml')
    .action(read);
}

function addShow(inbound: Command): void {
  inbound
    .command('show')
    .argument('<id>', 'as the list has it')
    .option(...JSON_OPTION)
    .description('show one of them with what is left of it as it came')
    .addHelpText('after', '\nExamples:\n  $ viveiro inbound show 0193b6a0-0000-7000-8000-0000000000aa')
    .action(show);
}

function addCount(inbound: Command): void {
  inbound
    .command('count')
    .option('--days <count>', 'of so many days', wholeNumber(1), 7)
    .option(...JSON_OPTION)
    .description('count them by kind and standing, what was turned away, and blocks by the domain that refuses us')
    .addHelpText('after', '\nExamples:\n  $ viveiro inbound count --days 30')
    .action(count);
}

function addAccept(inbound: Command): void {
  inbound
    .command('accept')
    .argument('<id>', 'as the list has it')
    .requiredOption('--reason <text>', 'how you know that it is genuine', shortText(500))
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('let a reply that waits for a person count, as if it had counted when it came')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro inbound --kind reply --standing kept
  $ viveiro inbound accept 0193b6a0-0000-7000-8000-0000000000aa --reason "she told me on the telephone"`,
    )
    .action(accept);
}

function addConfirm(inbound: Command): void {
  inbound
    .command('confirm')
    .argument('<id>', 'as the list has it')
    .option(...JSON_OPTION)
    .description('say yes to Amazon SNS, which asks whether it may tell of a topic of yours')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro inbound --kind confirmation
  $ viveiro inbound confirm 0193b6a0-0000-7000-8000-0000000000aa`,
    )
    .action(confirm);
}

interface ListOptions {
  readonly standing?: Standing;
  readonly kind?: string;
  readonly most: number;
  readonly json?: boolean;
}

async function list({ standing, kind, most, json }: ListOptions): Promise<void> {
  const rows = await withDatabase((db) => listInbound(db, { standing, kind, most }));
  if (json) writeJson({ inbound: rows });
  else process.stdout.write(listText(rows));
}

async function read(file: string, { json }: JsonOption, command: Command): Promise<void> {
  const config = readConfig(process.env);
  // without a key no address is ours, and all else is told
  const secret = config.linkSecret ?? existingSecret(config.dataDir) ?? '';
  const arrival = await readMail(secret, { source: await sourceOf(file), way: 'api', now: Date.now() });
  const { kind, reason, recipients, sender, subject, evidence } = arrival;
  const answer = { file, kind, reason, sender, subject, recipients, claims: evidence.claims };
  if (json ?? command.optsWithGlobals<JsonOption>().json) writeJson(answer);
  else process.stdout.write(readText(answer));
}

async function sourceOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw failure('VIV_FILE_UNREADABLE', { file, problem: errorCode(error) ?? String(error) }, error);
  }
}

async function show(id: string, { json }: JsonOption, command: Command): Promise<void> {
  const { raw, ...row } = await withDatabase((db) => findInbound(db, id));
  const text = raw === null ? null : Buffer.from(raw).toString('utf8');
  if (json ?? command.optsWithGlobals<JsonOption>().json) writeJson({ ...row, raw: text });
  else process.stdout.write(shownText(row, text));
}

async function count({ days }: { readonly days: number }, command: Command): Promise<void> {
  const since = Date.now() - days * 86_400_000;
  const [counts, blocks] = await withDatabase(
    async (db) => [await countInbound(db, since), await countBlocks(db, since)] as const,
  );
  if (command.optsWithGlobals<JsonOption>().json) writeJson({ days, counts, blocks });
  else process.stdout.write(countText(counts, blocks));
}

interface AcceptOptions {
  readonly reason: string;
  readonly rules?: string;
}

async function accept(id: string, { reason, rules }: AcceptOptions, command: Command): Promise<void> {
  const deps = await turnDeps(rules);
  const accepted = await withDatabase((db) => acceptReply(db, deps, { id, reason }));
  if (command.optsWithGlobals<JsonOption>().json) writeJson(accepted);
  else process.stdout.write(`${id}: ${accepted.standing}\n`);
}

async function confirm(id: string, _: object, command: Command): Promise<void> {
  const topic = await withDatabase((db) => confirmSubscription({ db, read: readFromAmazon, now: Date.now }, id));
  if (command.optsWithGlobals<JsonOption>().json) writeJson({ id, topic });
  else process.stdout.write(`${id}: ${topic} may tell\n`);
}
