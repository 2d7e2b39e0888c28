import { failure } from '../domain/errors';
import { cellsIn } from './cells';
import { restored } from './formulas';
import { type Encoding, type Inspected, inspect, utf8Bytes } from './inspect';
import { type CsvRecord, csvRecords } from './records';

/** One data row with as many cells as the header has columns. */
export interface Row {
  /** Of the file, from 1: where the row begins. */
  readonly line: number;
  /** From 1, the header not counted; also rows that cannot be read count. */
  readonly number: number;
  /** What `{row}` stands for: `number`, and in a reject file that of the file from which it was rejected. */
  readonly ownNumber: number;
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
  readonly ownNumber: number;
  readonly reason: string;
  /** As far as they can be read; of a row that is too large, its beginning. */
  readonly original: readonly string[];
}

export type AnyRow = Row | BadRow;

export interface CsvFile {
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly inspected: Inspected;
  /** Can be read once. */
  readonly rows: AsyncIterable<AnyRow>;
  /** Bytes of the file, as UTF-8, that have been read. */
  readonly bytesRead: () => number;
  /** For a file whose rows are not read to the end. */
  close(): Promise<void>;
}

/** More than any person's row; a row above it is refused and not held in memory. */
export const MOST_ROW_BYTES = 1_000_000;
const MOST_COLUMNS = 1_000;

export interface CsvOptions {
  /** None: it is found by the header row. */
  readonly delimiter?: string | undefined;
  /** None: it is found. */
  readonly encoding?: Encoding | undefined;
  /** Columns that the header must have, each once. */
  readonly needs: readonly string[];
  /** What `inspect` has said of the file; none: it is asked. */
  readonly inspected?: Inspected | undefined;
}

/** The first columns of a file of rows that were rejected: such a file is read as what it came from. */
export const REJECT_COLUMNS = ['line', 'row', 'code', 'reason'] as const;

/** Opens a CSV file and reads its header row. Throws VIV_FILE_UNREADABLE, VIV_CSV_NOT_TEXT and VIV_CSV_INVALID. */
export async function openCsv(file: string, { delimiter: asked, needs, ...options }: CsvOptions): Promise<CsvFile> {
  const inspected = options.inspected ?? (await inspect(file, options.encoding));
  const delimiter = asked ?? (await delimiterOf(file, { inspected, needs }));
  const counted = counting(utf8Bytes(file, inspected));
  const records = csvRecords(counted.chunks, { delimiter, mostBytes: MOST_ROW_BYTES });
  const header = headerOf((await records.next()).value, { delimiter, needs });
  const close = async () => void (await records.return(undefined));
  if ('columns' in header) {
    const { columns, isRejects } = header;
    const rows = rowsOf(records, { columns, delimiter, isRejects });
    return { columns, delimiter, inspected, rows, bytesRead: counted.bytes, close };
  }
  await close();
  throw failure('VIV_CSV_INVALID', { file, problem: header.problem });
}

function counting(chunks: AsyncIterable<Buffer>) {
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  return { chunks: counted(), bytes: () => bytes };
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter under which the header has all columns that are needed; else that which makes most columns of it. */
async function delimiterOf(
  file: string,
  { inspected, needs }: { readonly inspected: Inspected; readonly needs: readonly string[] },
): Promise<string> {
  const tried: { readonly delimiter: string; readonly columns: readonly string[] }[] = [];
  for (const delimiter of DELIMITERS) {
    const records = csvRecords(utf8Bytes(file, inspected), { delimiter, mostBytes: MOST_ROW_BYTES });
    const header = headerOf((await records.next()).value, { delimiter, needs: [] });
    await records.return(undefined);
    if ('columns' in header) tried.push({ delimiter, columns: header.columns });
  }
  const fitting = tried.find(({ columns }) => needs.length > 0 && needs.every((name) => columns.includes(name)));
  const [widest] = tried.toSorted((one, other) => other.columns.length - one.columns.length);
  return (fitting ?? widest)?.delimiter ?? ',';
}

type Header = { readonly columns: readonly string[]; readonly isRejects: boolean } | { readonly problem: string };

function headerOf(
  record: CsvRecord | undefined,
  { delimiter, needs }: { readonly delimiter: string; readonly needs: readonly string[] },
): Header {
  if (!record) return { problem: 'it is empty; it needs a header row' };
  const read = readCells(record, delimiter);
  if ('reason' in read) return { problem: `the header row: ${read.reason}` };
  const all = read.cells.map((name) => name.trim());
  if (all.length > MOST_COLUMNS)
    return { problem: `it has ${all.length} columns, more than ${MOST_COLUMNS}; leave out those that nobody needs` };
  const isRejects = REJECT_COLUMNS.every((name, index) => all[index] === name);
  const columns = isRejects ? all.slice(REJECT_COLUMNS.length).map(restored) : all;
  const missing = needs.find((name) => !columns.includes(name));
  if (missing !== undefined) return { problem: missingProblem(missing, columns) };
  const double = needs.find((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  return double === undefined
    ? { columns, isRejects }
    : { problem: `two columns are called "${double}"; rename one of them` };
}

const MOST_SHOWN = 500;

function missingProblem(missing: string, columns: readonly string[]): string {
  const found = columns.join(', ').slice(0, MOST_SHOWN);
  const hint = columns.length === 1 ? ' If they stand in one, set `delimiter` in the mapping.' : '';
  return `it has no column "${missing}", which the mapping names. Its columns: ${found}.${hint}`;
}

interface Reading {
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly isRejects: boolean;
}

async function* rowsOf(records: AsyncIterable<CsvRecord>, reading: Reading): AsyncGenerator<AnyRow> {
  let number = 0;
  for await (const record of records) {
    number += 1;
    yield rowOf(record, { ...reading, number });
  }
}

function rowOf(
  record: CsvRecord,
  { columns, delimiter, isRejects, number }: Reading & { readonly number: number },
): AnyRow {
  const { line } = record;
  const hidesRows = record.lines > 1 || record.type === 'unclosed';
  const read = readCells(record, delimiter);
  const all = 'reason' in read ? read.original : read.cells;
  const own = isRejects ? all.slice(REJECT_COLUMNS.length).map(restored) : all;
  const place = { line, number, ownNumber: isRejects ? ownNumber(all, number) : number };
  if ('reason' in read) return { ...place, hidesRows, reason: read.reason, original: own };
  if (own.length !== columns.length)
    return { ...place, hidesRows, reason: columnsReason(own, columns), original: own.slice(0, MOST_COLUMNS) };
  return { ...place, ...named(own, columns) };
}

/** As the reject file tells it, if nobody has written over it. */
function ownNumber([, row = '']: readonly string[], number: number): number {
  return /^\d{1,9}$/.test(row) ? Number(row) : number;
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

/** One record at a time: what is wrong with it concerns no other. A carriage return inside a cell ends no record. */
function readCells({ type, bytes }: CsvRecord, delimiter: string): Cells {
  if (type !== 'whole') return { reason: BROKEN[type], original: roughly(bytes, delimiter) };
  const text = textOf(bytes);
  if (text === undefined) return { reason: NOT_UTF8, original: roughly(bytes, delimiter) };
  const cells = cellsIn(text, delimiter);
  return cells ? { cells } : { reason: STRAY_QUOTE, original: roughly(bytes, delimiter) };
}

/** What can be made of a bad row by the places of its cells: enough to tell what it was about, not to import it. */
export function guessed(row: AnyRow, columns: readonly string[]): Row {
  if ('cells' in row) return row;
  const { line, number, ownNumber: own } = row;
  return { line, number, ownNumber: own, ...named(row.original, columns) };
}

const NOT_UTF8 = 'it is not UTF-8 text, as the rest of the file is; save the whole file as UTF-8, or name its encoding';
const STRAY_QUOTE = 'a quote stands where none may: put the whole cell in quotes, and write "" for a quote inside';

/** Undefined: it is not UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The cells for the person who corrects them, cut at every delimiter, quotes and all; bytes that are no text are marked �. */
const roughly = (bytes: Buffer, delimiter: string): readonly string[] =>
  bytes.toString('utf8').split(delimiter).slice(0, MOST_COLUMNS);
