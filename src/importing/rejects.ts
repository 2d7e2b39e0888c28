import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../domain/errors';
import { csvLine } from './formulas';
import { REJECT_COLUMNS } from './rows';

/** A row that was not imported, and why. */
export interface Reject {
  readonly line: number;
  /** Its number in the file. */
  readonly row: number;
  readonly code: string;
  readonly reason: string;
  /** The cells as they were read. */
  readonly original: readonly string[];
}

export interface RejectFile {
  /** Throws VIV_FILE_UNWRITABLE. */
  add(reject: Reject): void;
  /** Writes what was added, and answers how long the file is then (bytes). Throws VIV_FILE_UNWRITABLE. */
  flush(): number;
  close(): void;
}

export interface RejectOptions {
  readonly file: string;
  /** The header of the imported file. */
  readonly columns: readonly string[];
  readonly delimiter: string;
  /** Goes on behind so many bytes of a file that was begun; default: a new one. */
  readonly from?: number;
}

/**
 * The rejected rows as a CSV file: line, row, code and reason, then the original cells. It exists only if there is one; an older one
 * goes. A cell that a spreadsheet would run as a formula gets an apostrophe before it, which is taken away when the file is
 * imported. Only its owner may read it, since it holds what people have told. Throws VIV_FILE_UNWRITABLE.
 */
export function openRejects({ file, columns, delimiter, from = 0 }: RejectOptions): RejectFile {
  let descriptor: number | undefined;
  let length = 0;
  let waiting = '';
  const writable = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failure('VIV_FILE_UNWRITABLE', { file, problem: String(error) }, error);
    }
  };
  const put = (to: number, text: string): void => {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done, bytes.length - done, length + done);
    length += bytes.length;
  };
  const begin = (): number => {
    mkdirSync(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
    const begun = openSync(file, 'w', 0o600);
    put(begun, csvLine([...REJECT_COLUMNS, ...columns], delimiter));
    return begun;
  };
  const goOn = (): void => {
    mkdirSync(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
    descriptor = openSync(file, 'r+', 0o600);
    ftruncateSync(descriptor, from); // what was rejected behind it was not recorded, and comes again
    length = from;
  };
  const flush = (): number => {
    if (waiting === '') return length;
    const text = waiting;
    waiting = '';
    writable(() => {
      descriptor ??= begin();
      put(descriptor, text);
    });
    return length;
  };
  writable(() => (from > 0 ? goOn() : rmSync(file, { force: true })));
  return {
    add: ({ line, row, code, reason, original }) => {
      waiting += csvLine([String(line), String(row), code, reason, ...original], delimiter);
      if (waiting.length > MOST_WAITING) flush();
    },
    flush,
    close: () => {
      flush();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Characters that are held before they are written. */
const MOST_WAITING = 1_000_000;

/** That of the data folder, in case it is made here: others may pass through but not look around. */
const FOLDER_MODE = 0o711;
