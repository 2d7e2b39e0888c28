import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { midnightOf } from '../../domain/calendar/wall-clock';
import { failure } from '../../domain/errors';
import { newId } from '../../domain/ids';
import { LIST_BASES, LIST_ORIGINS, type ListBasis, type ListOrigin } from '../../domain/lists/rules';
import { slug } from '../../domain/sequence/names';
import { contactsMap, importFile } from '../../importing/run';
import type { Db } from '../../store/db';
import {
  findList,
  forgetIfEmpty,
  listStats,
  type MailingList,
  type NewList,
  openList,
  readList,
  refuseOther,
} from '../../store/lists';
import { type JsonOption, shortText } from '../arguments';
import { withDatabase } from '../database';
import { listsText, listText } from '../list-text';
import { writeJson } from '../output';
import { turnDeps } from '../rules';
import { carryOut, mapOf, type RunOptions, withRunOptions } from './import/run';

/** `viveiro list import|ls|show|stats`: bought and collected mailing lists. */
export function register(program: Command): void {
  const group = program
    .command('list')
    .description('mailing lists: import one with its origin, date, legal basis and evidence; see what became of it');
  addImport(group);
  const json = ['--json', 'one JSON object'] as const;
  group
    .command('ls')
    .option(...json)
    .description('list them, the newest first')
    .addHelpText('after', '\nExamples:\n  $ viveiro list ls')
    .action((options: JsonOption) => stats(options));
  group
    .command('stats')
    .argument('[list]', 'its name; default: all')
    .option(...json)
    .description('how many entries became leads, by what, and what a lead has cost')
    .addHelpText('after', '\nExamples:\n  $ viveiro list stats\n  $ viveiro list stats fair-2026 --json')
    .action((name: string | undefined, options: JsonOption) => stats(options, name));
  group
    .command('show')
    .argument('<list>', 'its name')
    .option(...json)
    .description('say where a list is from, by what right it is held, and what became of it')
    .addHelpText('after', '\nExamples:\n  $ viveiro list show fair-2026')
    .action(show);
}

interface ImportOptions extends RunOptions {
  readonly name?: string;
  readonly origin: ListOrigin;
  readonly date: string;
  readonly basis: ListBasis;
  readonly evidence: string;
  readonly offer: string;
  readonly purpose?: string;
  readonly text?: string;
  readonly campaign?: string;
  readonly cost?: string;
  readonly currency?: string;
}

function addImport(group: Command): void {
  const command = group.command('import').argument('<file>', 'CSV file with a header row');
  withRunOptions(command)
    .option('--name <name>', 'of the list; default: the name of the file')
    .addOption(
      new Option('--origin <origin>', 'where the addresses are from').choices(LIST_ORIGINS).makeOptionMandatory(),
    )
    .requiredOption('--date <date>', 'when it was bought or collected, like 2026-03-01')
    .addOption(
      new Option('--basis <basis>', 'by what right they may be mailed').choices(LIST_BASES).makeOptionMandatory(),
    )
    .requiredOption('--evidence <file>', 'contract, form or photograph that shows it; it is kept with the list')
    .requiredOption('--offer <offer>', 'what a lead that comes of it is interested in', shortText(100))
    .option('--purpose <purpose>', 'what the basis is for, like marketing; default: no mail')
    .option('--text <text>', 'the exact words that were shown (needed for the basis consent)', shortText(5000))
    .option('--campaign <campaign>', 'of leads that come of it', shortText(100))
    .option('--cost <amount>', 'what the whole list has cost, like 1200.00')
    .option('--currency <code>', 'of the cost, like EUR')
    .description(
      'import contacts of a mailing list; they are no leads, and get no marketing mail that the basis does not allow',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro list import fair.csv --map maps/list.yaml --origin event --date 2026-03-01 --basis none --evidence form.pdf --offer course
  $ viveiro list import bought.csv --map maps/list.yaml --origin bought --date 2026-02-10 --basis consent --purpose marketing \\
      --text "I want offers of partners." --evidence contract.pdf --offer course --cost 1200 --currency EUR --dry-run`,
    )
    .action(run);
}

async function run(file: string, options: ImportOptions): Promise<void> {
  const map = contactsMap(await mapOf(options), options.map ?? '');
  const list = await declared(file, options);
  const check = async (db: Db) => {
    const known = await findList(db, list.name);
    if (known) refuseOther(known, list);
  };
  await carryOut({ file, map, options, check }, async (request) => {
    const turn = await turnDeps(options.rules);
    return withDatabase(async (db) => {
      const known = await openList(db, list);
      try {
        return await importFile({ ...request, db, turn, list: known });
      } finally {
        await forgetIfEmpty(db, known.id); // a file that brings nobody leaves no list
      }
    });
  });
}

const MOST_EVIDENCE_BYTES = 10_000_000;

/** What the options say of the list. Throws VIV_LIST_INVALID and VIV_FILE_UNREADABLE. */
async function declared(file: string, options: ImportOptions): Promise<NewList> {
  const { origin, date, basis, purpose = null, text = null, offer, campaign = null } = options;
  const name = options.name ?? path.parse(file).name.toLowerCase();
  const invalid = (problem: string) => failure('VIV_LIST_INVALID', { problem });
  if (!slug.safeParse(name).success)
    throw invalid(`"${name}" is no name; give it one with --name, of lower-case letters, digits, - and _`);
  if (midnightOf(date) === undefined || Date.parse(date) > Date.now())
    throw invalid(`--date ${date} is no day up to today; write it like 2026-03-01`);
  if (purpose !== null && !slug.safeParse(purpose).success)
    throw invalid(`--purpose ${purpose} is no purpose; write one like marketing`);
  if (basis === 'none' && purpose !== null)
    throw invalid('--basis none allows no mail: leave out --purpose, or name the basis on which they may be mailed');
  if (basis === 'consent' && (purpose === null || text === null))
    throw invalid(
      '--basis consent needs --purpose and --text: what they have agreed to, and the exact words that they were shown',
    );
  const evidence = await evidenceOf(options.evidence);
  return {
    id: newId(),
    name,
    origin,
    collectedOn: date,
    basis,
    purpose,
    text,
    evidenceName: path.basename(options.evidence),
    evidenceHash: createHash('sha256').update(evidence).digest('hex'),
    evidence,
    offer,
    campaign,
    ...costOf(options),
    createdAt: Date.now(),
  };
}

function costOf({ cost, currency }: ImportOptions): Pick<MailingList, 'cost' | 'currency'> {
  const problem = (said: string) => failure('VIV_LIST_INVALID', { problem: said });
  if (cost === undefined && currency === undefined) return { cost: null, currency: null };
  if (cost === undefined || !/^\d{1,12}(\.\d{1,2})?$/.test(cost))
    throw problem(`--cost ${cost ?? 'is missing'}: write an amount like 1200.00`);
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency))
    throw problem('--cost needs --currency, with three capital letters like EUR');
  return { cost: Number(cost), currency };
}

async function evidenceOf(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size === 0 || size > MOST_EVIDENCE_BYTES)
      throw failure('VIV_LIST_INVALID', {
        problem: `the evidence ${file} has ${size} bytes; it needs 1 to ${MOST_EVIDENCE_BYTES}`,
      });
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws, or our own
    if (code?.startsWith('VIV_')) throw error;
    throw failure('VIV_FILE_UNREADABLE', { file, problem: `the system says ${code ?? String(error)}` }, error);
  }
}

async function stats({ json }: JsonOption, name?: string): Promise<void> {
  const rows = await withDatabase(async (db) => {
    if (name !== undefined) await readList(db, name);
    return listStats(db, name);
  });
  if (json) writeJson({ lists: rows });
  else process.stdout.write(listsText(rows));
}

async function show(name: string, { json }: JsonOption): Promise<void> {
  const [one] = await withDatabase(async (db) => {
    await readList(db, name);
    return listStats(db, name);
  });
  if (one && json) writeJson(one);
  else if (one) process.stdout.write(listText(one));
}
