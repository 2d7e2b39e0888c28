import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { failure } from '../domain/errors';

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A file of text, looked at from end to end. */
export interface Inspected {
  readonly bytes: number;
  readonly sha256: string;
  readonly encoding: Encoding;
  /** Bytes of the mark that some programs put before text. */
  readonly mark: number;
}

const HEAD_BYTES = 65_536;

/**
 * Reads a file once, in constant memory: what it is of, and which bytes it is. Without `encoding` it is told by its mark; else
 * UTF-16 by its NULs; else UTF-8, unless bytes are not UTF-8 and none beyond ASCII are, which is how Windows-1252 looks.
 * Throws VIV_FILE_UNREADABLE, and VIV_CSV_NOT_TEXT for an archive, a workbook, or anything else that is no text.
 */
export async function inspect(file: string, encoding?: Encoding): Promise<Inspected> {
  try {
    const head = await headOf(file);
    refuseBinary(file, head);
    const marked = markOf(head);
    const utf16 = marked ? undefined : unmarkedUtf16(head);
    if (encoding === undefined && !marked && !utf16) refuseControls(file, head);
    const counted = await counts(file);
    const seen = counted.foreign > 0 && counted.wide === 0 ? 'windows-1252' : 'utf-8';
    const { bytes, sha256 } = counted;
    const found = encoding ?? marked?.encoding ?? utf16 ?? seen;
    return { bytes, sha256, encoding: found, mark: marked?.encoding === found ? marked.bytes : 0 };
  } catch (error) {
    throw readFailure(file, error);
  }
}

async function headOf(file: string): Promise<Buffer> {
  const found = await stat(file);
  if (!found.isFile() && !found.isDirectory())
    throw failure('VIV_FILE_UNREADABLE', { file, problem: 'it is a device or a pipe; save it as a file' });
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What reading threw, as an error that names the file. */
function readFailure(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException; // what fs throws; our own errors have codes that begin with VIV_
  if (typeof code === 'string' && code.startsWith('VIV_')) return error;
  const problem = code === 'ENOENT' ? 'there is no such file' : `the system says ${code ?? String(error)}`;
  return failure('VIV_FILE_UNREADABLE', { file, problem }, error);
}

const UNPACK = 'Unpack it, and import the CSV file that is in it';
const SAVE = 'Save it as CSV from the spreadsheet, and import that';

/** First bytes by which formats are known, as hexadecimal digits (each: its published specification). */
const KINDS: readonly (readonly [string, string, string])[] = [
  ['504b0304', 'a zip archive, or an Excel or LibreOffice file', `${UNPACK}; of a workbook: save it as CSV`],
  ['504b0506', 'an empty zip archive', UNPACK],
  ['1f8b', 'a gzip archive', UNPACK],
  ['425a68', 'a bzip2 archive', UNPACK],
  ['fd377a585a00', 'an xz archive', UNPACK],
  ['28b52ffd', 'a zstd archive', UNPACK],
  ['377abcaf271c', 'a 7-Zip archive', UNPACK],
  ['526172211a07', 'a RAR archive', UNPACK],
  ['d0cf11e0a1b11ae1', 'an old Excel file', SAVE],
  ['25504446', 'a PDF file', 'Ask for it as CSV'],
  ['53514c69746520666f726d6174', 'a SQLite database', 'Export the table as CSV'],
  ['50415231', 'a Parquet file', 'Export it as CSV'],
  ['7f454c46', 'a program', 'Name the CSV file'],
  ['89504e47', 'a picture', 'Name the CSV file'],
  ['ffd8ff', 'a picture', 'Name the CSV file'],
];

function refuseBinary(file: string, head: Buffer): void {
  const start = head.toString('hex', 0, 16);
  const kind = KINDS.find(([magic]) => start.startsWith(magic));
  if (kind) throw failure('VIV_CSV_NOT_TEXT', { file, kind: kind[1], fix: kind[2] });
}

/** Control characters that text may have: tab, line feed, form feed, carriage return. */
const MOST_CONTROLS = 0.02;

function refuseControls(file: string, head: Buffer): void {
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13) controls += 1;
  if (controls > 8 && controls > head.length * MOST_CONTROLS)
    throw failure('VIV_CSV_NOT_TEXT', { file, kind: 'not text', fix: 'Name the CSV file' });
}

function markOf(head: Buffer): { readonly encoding: Encoding; readonly bytes: number } | undefined {
  const start = head.toString('hex', 0, 3);
  if (start === 'efbbbf') return { encoding: 'utf-8', bytes: 3 };
  if (start.startsWith('fffe')) return { encoding: 'utf-16le', bytes: 2 };
  return start.startsWith('feff') ? { encoding: 'utf-16be', bytes: 2 } : undefined;
}

/** Letters of most languages have a NUL beside them, always on the same side. */
function unmarkedUtf16(head: Buffer): Encoding | undefined {
  const nuls = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = nuls.map((count) => count / Math.max(1, head.length / 2));
  if (odd > 0.4 && even < 0.05) return 'utf-16le';
  return even > 0.4 && odd < 0.05 ? 'utf-16be' : undefined;
}

interface Counts {
  readonly bytes: number;
  readonly sha256: string;
  /** Letters beyond ASCII that are well-formed UTF-8. */
  readonly wide: number;
  /** Bytes that are no UTF-8. */
  readonly foreign: number;
}

async function counts(file: string): Promise<Counts> {
  const hash = createHash('sha256');
  const utf8 = new Utf8Counter();
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of chunks) {
    bytes += chunk.length;
    hash.update(chunk);
    utf8.read(chunk);
  }
  return { bytes, sha256: hash.digest('hex'), wide: utf8.wide, foreign: utf8.foreign };
}

/** Counts by lead and continuation bytes alone (RFC 3629 §3): enough to tell encodings apart. */
class Utf8Counter {
  wide = 0;
  foreign = 0;
  #awaited = 0;

  read(chunk: Buffer): void {
    for (const byte of chunk) {
      if (byte < 0x80 && this.#awaited === 0) continue;
      this.#step(byte);
    }
  }

  #step(byte: number): void {
    const isContinuation = byte >= 0x80 && byte < 0xc0;
    if (this.#awaited > 0 && isContinuation) {
      this.#awaited -= 1;
      if (this.#awaited === 0) this.wide += 1;
      return;
    }
    if (this.#awaited > 0) this.foreign += 1;
    this.#awaited = 0;
    if (byte >= 0xc2 && byte < 0xf5) this.#awaited = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    else if (byte >= 0x80) this.foreign += 1;
  }
}

/** The bytes of a file as UTF-8, without their mark; those that are no UTF-8 come as they are. Begins to read when asked to. */
export async function* utf8Bytes(file: string, { encoding, mark }: Inspected): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = createReadStream(file, { start: mark });
  if (encoding === 'utf-8') return yield* chunks;
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
