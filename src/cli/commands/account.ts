import type { Command } from 'commander';
import { type AccountStanding, UNTRIED } from '../../domain/delivery/account-question';
import type { Accounts } from '../../domain/delivery/account-rules';
import { stateOf } from '../../domain/delivery/health';
import { usedOf } from '../../domain/delivery/pace';
import { failure } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { type AccountByHand, changeAccount } from '../../store/account-by-hand';
import { listChanges, readStandings } from '../../store/smtp-accounts';
import { type AccountView, accountsText, accountText } from '../account-text';
import { JSON_OPTION, shortText } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';

/** `viveiro account list|show|out|back`: the SMTP accounts of rules/delivery.yaml, and how they stand. */
export function register(program: Command): void {
  const group = program.command('account').description('SMTP accounts: how they stand, and putting one out or back');
  addLooks(group);
  addChange(group, 'out', 'let no mail go by it, for all workers, until it is put back', 'the provider wants a pause');
  addChange(group, 'back', 'use it again at once, and forget its faults', 'the password is the new one');
}

function addLooks(group: Command): void {
  group
    .command('list')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('list them: which is in use, which rests, since when, why and until when')
    .addHelpText('after', '\nExamples:\n  $ viveiro account list\n  $ viveiro account list --json')
    .action(list);
  group
    .command('show')
    .argument('<name>', 'as rules/delivery.yaml has it')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('show one, and what has become of it of late')
    .addHelpText('after', '\nExamples:\n  $ viveiro account show main')
    .action(show);
}

function addChange(group: Command, change: AccountByHand['change'], description: string, reason: string): void {
  group
    .command(change)
    .argument('<name>', 'as rules/delivery.yaml has it')
    .requiredOption('--reason <text>', 'why', shortText(500))
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description(description)
    .addHelpText('after', `\nExamples:\n  $ viveiro account ${change} main --reason "${reason}"`)
    .action((name: string, options: ChangeOptions) => changed(name, change, options));
}

interface LookOptions {
  readonly json?: boolean;
  readonly rules?: string;
}
interface ChangeOptions extends LookOptions {
  readonly reason: string;
}

interface Declared {
  readonly accounts: Accounts;
  readonly zone: string;
}

async function declared(rules: string | undefined): Promise<Declared> {
  const { delivery, calendars } = (await turnDeps(rules)).rules;
  return { accounts: delivery?.accounts ?? {}, zone: calendars.zone };
}

function refuseUnknown(accounts: Accounts, account: string): void {
  if (Object.hasOwn(accounts, account)) return;
  throw failure('VIV_ACCOUNT_UNKNOWN', { account, known: Object.keys(accounts).join(', ') });
}

async function list({ json, rules }: LookOptions): Promise<void> {
  const { accounts, zone } = await declared(rules);
  const standings = await withDatabase((db) => readStandings(db, { isCounted: true }));
  const now = Date.now();
  const views = Object.keys(accounts).map((name) => viewOf({ name, accounts, zone, standings, now }));
  if (json) writeJson({ accounts: views });
  else process.stdout.write(accountsText(views));
}

async function show(name: string, { json, rules }: LookOptions): Promise<void> {
  const { accounts, zone } = await declared(rules);
  refuseUnknown(accounts, name);
  const { standings, changes } = await withDatabase(async (db) => ({
    standings: await readStandings(db, { isCounted: true }),
    changes: await listChanges(db, { account: name, most: 20 }),
  }));
  const account = viewOf({ name, accounts, zone, standings, now: Date.now() });
  if (json) writeJson({ account, changes });
  else process.stdout.write(accountText(account, changes));
}

async function changed(
  name: string,
  change: AccountByHand['change'],
  { json, rules, reason }: ChangeOptions,
): Promise<void> {
  refuseUnknown((await declared(rules)).accounts, name);
  await withDatabase((db) => changeAccount(db, { account: name, change, reason, now: Date.now() }));
  if (json) writeJson({ account: name, change });
  else process.stdout.write(`${name}: ${change === 'out' ? 'no mail goes by it now' : 'it is used again'}\n`);
}

interface Viewing extends Declared {
  readonly name: string;
  readonly standings: ReadonlyMap<string, AccountStanding>;
  readonly now: Instant;
}

function viewOf({ name, accounts, zone, standings, now }: Viewing): AccountView {
  const { health, pace, underWay } = standings.get(name) ?? UNTRIED;
  const { type: state, ...rest } = stateOf(health, now);
  const { weight = 1, rates } = accounts[name] ?? {};
  const used = rates ? usedOf(pace, { rates, now, zone }) : {};
  return {
    name,
    state,
    since: null,
    until: null,
    reason: null,
    ...rest,
    faults: health.run?.count ?? 0,
    weight,
    underWay,
    used,
  };
}
