import type { Command } from 'commander';
import { contactBody } from '../../../api/contract/leads';
import { problemsOf } from '../../../api/parse';
import { failure } from '../../../domain/errors';
import { normalizePhone } from '../../../domain/identity/phone';
import { DEFAULT_IDENTITY } from '../../../domain/identity/rules';
import { newId } from '../../../domain/ids';
import { localeField } from '../../../domain/localised';
import { addContact } from '../../../store/add-contact';
import { contactRefOf } from '../../../store/contact-ref';
import { listMerges, possibleDuplicates } from '../../../store/merge/list';
import { mergeContacts } from '../../../store/merge/merge';
import { unmerge } from '../../../store/merge/unmerge';
import { type Registration, register as registerLead } from '../../../store/registration';
import type { TurnDeps } from '../../../store/turn';
import { collect, JSON_OPTION, shortText, wholeNumber } from '../../arguments';
import { duplicatesText, mergedText, mergesText } from '../../contact-text';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { userName } from '../../pause-target';
import { RULES_OPTION, turnDeps } from '../../rules';

interface Options {
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro contact add|merge|unmerge|merges|duplicates`: who is who. */
export function register(group: Command): void {
  addAdd(group);
  addMerge(group);
  addLists(group);
}

function addAdd(group: Command): void {
  group
    .command('add')
    .argument('<email>', 'e-mail address')
    .option('--name <name>', 'as mails call them')
    .option('--phone <number>', 'telephone number; without + it is one of defaultCountry in rules/identity.yaml')
    .option('--locale <locale>', 'like pt-BR')
    .option('--time-zone <zone>', 'like America/Sao_Paulo')
    .option('--attribute <name=value>', 'may be given several times', collect)
    .option('--tag <tag>', 'may be given several times', collect)
    .option('--offer <offer>', 'what they are interested in: makes a lead')
    .option('--source <source>', 'of the lead', shortText(100), 'typed in')
    .option('--campaign <campaign>', 'of the lead', shortText(100))
    .option('--consent <purpose>', 'they said yes to mails of this purpose; needs --words and --offer')
    .option('--words <text>', 'the exact words that they agreed to', shortText(5000))
    .option('--key <key>', 'count it once under this key; default: every command counts', shortText(200))
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('put a contact on record, or bring it up to date')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro contact add ana@example.com --name "Ana Lima" --phone "(11) 98765-4321" --tag fair
  $ viveiro contact add ana@example.com --offer demo --source phone --consent marketing --words "May we write to you?"`,
    )
    .action(add);
}

function addMerge(group: Command): void {
  group
    .command('merge')
    .argument('<contact>', 'who stays, by address or id')
    .argument('<other>', 'whose everything becomes that of the first')
    .option('--reason <text>', 'why they are one', shortText(500), 'the same person')
    .option('--dry-run', 'say what would be, and change nothing')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('make one contact of two, with all that they carry')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro contact merge ana@example.com ana.lima@example.org --dry-run\n  $ viveiro contact merge ana@example.com ana.lima@example.org --reason "told so by phone"',
    )
    .action(merge);
  group
    .command('unmerge')
    .argument('<merge>', 'id, as merge and merges tell it')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('take a merge back; what happened since stays with who stayed')
    .addHelpText('after', '\nExamples:\n  $ viveiro contact unmerge 0193b6a0-0000-7000-8000-0000000000aa')
    .action(takeBack);
}

function addLists(group: Command): void {
  const most = ['--most <count>', 'at most so many', wholeNumber(1, 100_000), 50] as const;
  group
    .command('merges')
    .option(...most)
    .option(...JSON_OPTION)
    .description('list merges, the newest first')
    .addHelpText('after', '\nExamples:\n  $ viveiro contact merges')
    .action(merges);
  group
    .command('duplicates')
    .option(...most)
    .option(...JSON_OPTION)
    .description('list contacts that may be one: the same address by the rules, or the same name and telephone')
    .addHelpText('after', '\nExamples:\n  $ viveiro contact duplicates\n  $ viveiro contact duplicates --json')
    .action(duplicates);
}

interface AddOptions extends Options {
  readonly name?: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly attribute?: readonly string[];
  readonly tag?: readonly string[];
  readonly offer?: string;
  readonly source: string;
  readonly campaign?: string;
  readonly consent?: string;
  readonly words?: string;
  readonly key?: string;
}

async function add(email: string, options: AddOptions): Promise<void> {
  const deps = await turnDeps(options.rules);
  const contact = contactOf(email, options, deps);
  const at = Date.now();
  const { offer, source, campaign, key = newId() } = options;
  const consent = consentOf(options);
  const lead = offer === undefined ? undefined : { offer, source, ...(campaign === undefined ? {} : { campaign }) };
  const added = await withDatabase(async (db) => {
    if (!lead) return addContact(db, deps, { ...contact, at });
    const input: Registration = { idempotencyKey: key, at, contact, lead, ...(consent ? { consent } : {}) };
    const { contactId: id, leadId, duplicate } = await registerLead(db, deps, input);
    return { id, leadId, duplicate };
  });
  if (options.json) writeJson({ contact: email, ...added });
  else process.stdout.write(`Contact ${added.id}${'leadId' in added ? `, lead ${added.leadId}` : ''} is on record.\n`);
}

/** As the API takes it. Throws VIV_BODY_INVALID and VIV_PHONE_INVALID. */
function contactOf(email: string, { name, phone, locale, timeZone, attribute, tag }: AddOptions, { rules }: TurnDeps) {
  const given = Object.fromEntries((attribute ?? []).map(pairOf));
  const attributes = { ...given, ...(phone === undefined ? {} : { phone: phoneOf(phone, rules.identity) }) };
  const hasAttributes = Object.keys(attributes).length > 0;
  const body = { email, name, locale, timeZone, tags: tag, ...(hasAttributes ? { attributes } : {}) };
  const parsed = contactBody.safeParse(JSON.parse(JSON.stringify(body)));
  if (parsed.success) return parsed.data;
  throw failure('VIV_BODY_INVALID', { problems: problemsOf(parsed.error).join('; ') });
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw failure('VIV_USAGE', { problem: `--attribute ${text}: write name=value` });
  return [text.slice(0, at), text.slice(at + 1)];
}

function phoneOf(raw: string, identity = DEFAULT_IDENTITY): string {
  const phone = normalizePhone(raw, identity.defaultCountry);
  if (phone.type === 'valid') return phone.phone;
  throw failure('VIV_PHONE_INVALID', { phone: JSON.stringify(raw), problem: phone.problem });
}

function consentOf({ consent, words, offer, locale }: AddOptions): Registration['consent'] {
  if (consent === undefined && words === undefined) return undefined;
  if (consent === undefined || words === undefined || offer === undefined)
    throw failure('VIV_USAGE', {
      problem: '--consent, --words and --offer go together: a consent is told with a lead',
    });
  const language = localeField.safeParse(locale);
  const evidence = { typedInBy: userName() };
  return {
    purpose: consent,
    granted: true,
    basis: 'consent',
    text: words,
    ...(language.success ? { locale: language.data } : {}),
    proof: { evidence },
  };
}

async function merge(
  survivor: string,
  merged: string,
  { rules, json, reason, dryRun = false }: Options & { readonly reason: string; readonly dryRun?: boolean },
): Promise<void> {
  const deps = await turnDeps(rules);
  const done = await withDatabase((db) =>
    mergeContacts(db, deps, {
      survivor: contactRefOf(survivor),
      merged: contactRefOf(merged),
      reason,
      by: userName(),
      now: Date.now(),
      isDryRun: dryRun,
    }),
  );
  if (json) writeJson({ dryRun, ...done });
  else process.stdout.write(mergedText(done, { isDryRun: dryRun }));
}

async function takeBack(mergeId: string, { rules, json }: Options): Promise<void> {
  const deps = await turnDeps(rules);
  const done = await withDatabase((db) => unmerge(db, deps, { mergeId, by: userName(), now: Date.now() }));
  if (json) writeJson(done);
  else
    process.stdout.write(
      `Contact ${done.mergedId} is on record again. What happened since the merge is with ${done.contactId}.\n`,
    );
}

async function merges({ most, json }: Options & { readonly most: number }): Promise<void> {
  const listed = await withDatabase((db) => listMerges(db, { most }));
  if (json) writeJson({ merges: listed });
  else process.stdout.write(mergesText(listed));
}

async function duplicates({ most, json }: Options & { readonly most: number }): Promise<void> {
  const listed = await withDatabase((db) => possibleDuplicates(db, { most }));
  if (json) writeJson({ duplicates: listed });
  else process.stdout.write(duplicatesText(listed));
}
