import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { failure } from '../domain/errors';
import { type CsvRecord, csvRecords } from './records';

/** One data row with as many cells as the header has columns. */
export interface Row {
  /** Of the file, from 1: where the row begins. */
  readonly line: number;
  /** From 1, the header not counted; also rows that cannot be read count. */
  readonly number: number;
  readonly cells: ReadonlyMap<string, string>;
  /** The same in the order of the file. */
  readonly original: readonly string[];
}

/** A row that cannot be read. */
export interface BadRow {
  readonly line: number;
  /** It spans several lines, or all that follow: a stray quote may have swallowed other rows. */
  readonly hidesRows: boolean;
  readonly number: number;
  readonly reason: string;
  /** As far as they can be read; of a row that is too large, its beginning. */
  readonly original: readonly string[];
}

export type AnyRow = Row | BadRow;

export interface CsvFile {
  readonly columns: readonly string[];
  /** Can be read once. */
  readonly rows: AsyncIterable<AnyRow>;
  /** For a file whose rows are not read to the end. */
  close(): Promise<void>;
}

/** More than any person's row; a row above it is refused and not held in memory. */
export const MOST_ROW_BYTES = 1_000_000;

export interface CsvOptions {
  readonly delimiter: string;
  /** Columns that the header must have, each once. */
  readonly needs: readonly string[];
}

/** Opens a CSV file in UTF-8 and reads its header row. Throws VIV_FILE_UNREADABLE and VIV_CSV_INVALID. */
export async function openCsv(file: string, { delimiter, needs }: CsvOptions): Promise<CsvFile> {
  const start = await bomLength(file);
  const chunks: AsyncIterable<Buffer> = createReadStream(file, { start });
  const records = csvRecords(chunks, { delimiter, mostBytes: MOST_ROW_BYTES });
  const header = headerOf((await records.next()).value, { delimiter, needs });
  const close = async () => void (await records.return(undefined));
  if ('columns' in header) return { columns: header.columns, rows: rowsOf(records, { ...header, delimiter }), close };
  await close();
  throw failure('VIV_CSV_INVALID', { file, problem: header.problem });
}

function headerOf(
  record: CsvRecord | undefined,
  { delimiter, needs }: CsvOptions,
): { readonly columns: readonly string[] } | { readonly problem: string } {
  if (!record) return { problem: 'it is empty; it needs a header row' };
  const read = cellsOf(record, delimiter);
  if ('reason' in read) return { problem: `the header row: ${read.reason}` };
  const columns = read.cells.map((name) => name.trim());
  const missing = needs.find((name) => !columns.includes(name));
  if (missing !== undefined) return { problem: missingProblem(missing, columns) };
  const double = needs.find((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  return double === undefined ? { columns } : { problem: `two columns are called "${double}"; rename one of them` };
}

const MOST_SHOWN = 500;

function missingProblem(missing: string, columns: readonly string[]): string {
  const found = columns.join(', ').slice(0, MOST_SHOWN);
  const hint = columns.length === 1 ? ' If they stand in one, set `delimiter` in the mapping.' : '';
  return `it has no column "${missing}", which the mapping names. Its columns: ${found}.${hint}`;
}

/** Bytes of the mark that some programs put before UTF-8 text. */
async function bomLength(file: string): Promise<number> {
  const start = await firstBytes(file);
  if (start.startsWith('fffe') || start.startsWith('feff'))
    throw failure('VIV_CSV_INVALID', { file, problem: 'it is UTF-16 text; save it as UTF-8' });
  return start.startsWith('efbbbf') ? 3 : 0;
}

async function firstBytes(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
      return buffer.toString('hex', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw failure('VIV_FILE_UNREADABLE', { file, problem: readProblem(error) }, error);
  }
}

function readProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException; // what fs throws
  if (code === 'ENOENT') return 'there is no such file';
  return `the system says ${code ?? String(error)}`;
}

async function* rowsOf(
  records: AsyncIterable<CsvRecord>,
  { columns, delimiter }: { readonly columns: readonly string[]; readonly delimiter: string },
): AsyncGenerator<AnyRow> {
  let number = 0;
  for await (const record of records) {
    number += 1;
    const { line } = record;
    const hidesRows = record.lines > 1 || record.type === 'unclosed';
    const read = cellsOf(record, delimiter);
    if ('reason' in read) yield { line, number, hidesRows, ...read };
    else if (read.cells.length === columns.length) yield { line, number, ...named(read.cells, columns) };
    else yield { line, number, hidesRows, reason: columnsReason(read.cells, columns), original: read.cells };
  }
}

function named(original: readonly string[], columns: readonly string[]): Pick<Row, 'cells' | 'original'> {
  return { cells: new Map(columns.map((name, index) => [name, original[index] ?? ''])), original };
}

const columnsReason = ({ length }: readonly string[], columns: readonly string[]): string =>
  `it has ${length} cells, the header ${columns.length}: ${length > columns.length ? 'put a text with a delimiter in quotes' : 'a cell is missing'}`;

type Cells = { readonly cells: readonly string[] } | Pick<BadRow, 'reason' | 'original'>;

const BROKEN = {
  'too large': `it has more than ${MOST_ROW_BYTES} bytes`,
  unclosed: 'a quote opens in it that is never closed: what follows to the end of the file was not seen',
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function cellsOf({ type, bytes }: CsvRecord, delimiter: string): Cells {
  if (type !== 'whole') return { reason: BROKEN[type], original: roughly(bytes, delimiter) };
  const text = orUndefined(() => utf8.decode(bytes));
  if (text === undefined) return { reason: NOT_UTF8, original: roughly(bytes, delimiter) };
  const cells = orUndefined(() => split(text, delimiter));
  return cells ? { cells } : { reason: STRAY_QUOTE, original: roughly(bytes, delimiter) };
}

/** What can be made of a bad row by the places of its cells: enough to tell what it was about, not to import it. */
export function guessed(row: AnyRow, columns: readonly string[]): Row {
  return 'cells' in row ? row : { line: row.line, number: row.number, ...named(row.original, columns) };
}

/** One record at a time: what is wrong with it concerns no other. A carriage return inside a cell ends no record. */
const split = (text: string, delimiter: string): string[] =>
  parse(text, { delimiter, relax_column_count: true, record_delimiter: '\n' })[0] ?? [];

const NOT_UTF8 = 'it is not UTF-8 text; save the file as UTF-8';
const STRAY_QUOTE = 'a quote stands where none may: put the whole cell in quotes, and write "" for a quote inside';

/** For what throws on bad input, and for nothing else. */
function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The cells for the person who corrects them, cut at every delimiter, quotes and all; bytes that are no text are marked �. */
const roughly = (bytes: Buffer, delimiter: string): string[] => bytes.toString('utf8').split(delimiter);
