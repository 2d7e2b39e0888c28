import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { emailField } from '../../api/contract/common';
import { type SuppressionScope, scopeSchema } from '../../domain/consent/scope';
import { failure } from '../../domain/errors';
import { ENCODINGS, type Encoding } from '../../importing/inspect';
import { plainSuppressions } from '../../importing/suppressions';
import {
  type Address,
  addressOf,
  addSuppression,
  allSuppressions,
  listSuppressions,
  removeSuppression,
  shownAddress,
} from '../../store/suppression-list';
import { JSON_OPTION, wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { suppressionsText } from '../suppression-text';
import { carryOut, recorded } from './import/run';

interface JsonOption {
  readonly json?: boolean;
}
interface ScopeOption {
  readonly scope: SuppressionScope;
}

const scopeOption = (): Option =>
  new Option('--scope <scope>', 'everything, marketing (all that is not transactional), or purpose:<purpose>')
    .argParser(scope)
    .default('everything');

function scope(text: string): SuppressionScope {
  const read = scopeSchema.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError('write everything, marketing or purpose:<purpose>');
}

function address(text: string): Address {
  const read = addressOf(text);
  if ('hash' in read || emailField.safeParse(read.email).success) return read;
  throw new InvalidArgumentError('write an e-mail address, or its hash of 64 hexadecimal digits');
}

/** `viveiro suppression list|add|remove|import|export`: addresses that must not be mailed. */
export function register(program: Command): void {
  const group = program
    .command('suppression')
    .description('addresses that must not be mailed: list, add, remove, import, export');
  addList(group);
  addChange(group);
  addImport(group);
  addExport(group);
}

function addList(group: Command): void {
  group
    .command('list')
    .addOption(new Option('--scope <scope>', 'only this scope').argParser(scope))
    .option('--reason <reason>', 'only this reason, like hard_bounce or complaint')
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list them, the newest first; of those who were erased the hash is all there is')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro suppression list\n  $ viveiro suppression list --reason complaint --json',
    )
    .action(list);
}

function addChange(group: Command): void {
  group
    .command('add')
    .argument('<address>', 'e-mail address, or its hash', address)
    .addOption(scopeOption())
    .option(...JSON_OPTION)
    .description('suppress an address by hand')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro suppression add ana@example.com\n  $ viveiro suppression add ana@example.com --scope marketing',
    )
    .action(add);
  group
    .command('remove')
    .argument('<address>', 'e-mail address, or its hash', address)
    .addOption(scopeOption())
    .option(...JSON_OPTION)
    .description('take a suppression back; what was withdrawn by consent stays withdrawn')
    .addHelpText('after', '\nExamples:\n  $ viveiro suppression remove ana@example.com')
    .action(remove);
}

function addImport(group: Command): void {
  group
    .command('import')
    .argument('<file>', 'CSV file with a column address (addresses or hashes); scope and reason if you like')
    .addOption(scopeOption())
    .option('--delimiter <character>', 'between cells; default: found by the header row')
    .addOption(new Option('--encoding <name>', 'of the file; default: found by its bytes').choices(ENCODINGS))
    .option('--dry-run', 'say what would be suppressed, compared with the database if one runs; nothing is changed')
    .option('--rejects <file>', 'where bad rows go, with line and reason; default: rejects/ in the data folder')
    .option(...JSON_OPTION)
    .description('suppress every address of a file; bad rows go to a file, exit code 2 if nothing could be read')
    .addHelpText(
      'after',
      `
A file with other columns is imported by a mapping: viveiro import FILE --map MAP. Take an import back: viveiro import undo ID.

Examples:
  $ viveiro suppression import old-tool.csv --dry-run
  $ viveiro suppression import old-tool.csv --scope marketing`,
    )
    .action(importFile);
}

function addExport(group: Command): void {
  group
    .command('export')
    .option('--out <file>', 'where it goes; default: the standard output')
    .option('--hashes', 'hashes alone, no addresses: for whoever need not know them')
    .description('write all suppressions as CSV, as import reads it: the address, else its hash')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro suppression export --out suppressed.csv\n  $ viveiro suppression export --hashes > hashes.csv',
    )
    .action(exportAll);
}

async function list(options: JsonOption & { scope?: SuppressionScope; reason?: string; most: number }): Promise<void> {
  const { json, ...query } = options;
  const rows = await withDatabase((db) => listSuppressions(db, query));
  if (json) writeJson({ suppressions: rows });
  else process.stdout.write(suppressionsText(rows));
}

async function add(one: Address, { scope: over, json }: ScopeOption & JsonOption): Promise<void> {
  const isNew = await withDatabase((db) => addSuppression(db, { address: one, scope: over, at: Date.now() }));
  const shown = shownAddress(one);
  if (json) writeJson({ address: shown, scope: over, added: isNew });
  else
    process.stdout.write(
      isNew ? `${shown} is suppressed for ${over}.\n` : `${shown} was suppressed for ${over} already.\n`,
    );
}

async function remove(one: Address, { scope: over, json }: ScopeOption & JsonOption): Promise<void> {
  const { reason } = await withDatabase((db) => removeSuppression(db, { address: one, scope: over, at: Date.now() }));
  const shown = shownAddress(one);
  if (json) writeJson({ address: shown, scope: over, removed: true, reason });
  else process.stdout.write(`${shown} is suppressed for ${over} no more; it was for: ${reason}.\n`);
}

interface ImportOptions extends JsonOption, ScopeOption {
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly dryRun?: boolean;
  readonly rejects?: string;
}

async function importFile(
  file: string,
  { scope: over, delimiter, encoding, ...options }: ImportOptions,
): Promise<void> {
  if (delimiter !== undefined && (!/^[\t -~]$/.test(delimiter) || delimiter === '"'))
    throw failure('VIV_USAGE', {
      problem: `--delimiter "${delimiter}" is not one character that stands between cells; write ; for instance`,
    });
  const map = await plainSuppressions(file, { delimiter, encoding, scope: over });
  await carryOut({ file, map, options }, (request) => recorded(request));
}

async function exportAll({ out, hashes = false }: { readonly out?: string; readonly hashes?: boolean }): Promise<void> {
  const stream = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
  const failed = once(stream, 'error').then(([error]) => {
    throw failure('VIV_FILE_UNWRITABLE', { file: out ?? 'the standard output', problem: String(error) }, error);
  });
  const written = (async () => {
    const write = async (cells: readonly string[]) => {
      if (!stream.write(stringify([[...cells]], { escape_formulas: true }))) await once(stream, 'drain');
    };
    await write(['address', 'scope', 'reason', 'at']);
    await withDatabase(async (db) => {
      for await (const { email, hash, scope: over, reason, at } of allSuppressions(db)) {
        const shown = hashes ? hash : (email ?? hash);
        if (shown !== null) await write([shown, over, reason, new Date(at).toISOString()]);
      }
    });
    if (out !== undefined) await new Promise<void>((resolve) => stream.end(resolve));
  })();
  failed.catch(() => undefined); // without a failure it never settles
  await Promise.race([written, failed]);
}
