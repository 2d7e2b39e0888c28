import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { failure } from '../domain/errors';

/** A row that was not imported, and why. */
export interface Reject {
  readonly line: number;
  readonly code: string;
  readonly reason: string;
  /** The cells as they were read. */
  readonly original: readonly string[];
}

export interface RejectFile {
  /** Throws VIV_FILE_UNWRITABLE. */
  add(reject: Reject): void;
  close(): void;
}

export interface RejectOptions {
  readonly file: string;
  /** The header of the imported file. */
  readonly columns: readonly string[];
  readonly delimiter: string;
}

/**
 * The rejected rows as a CSV file: line, code and reason, then the original cells. It exists only if there is one; an older one
 * goes. A cell that a spreadsheet would run as a formula gets an apostrophe before it. Only its owner may read it, since it
 * holds what people have told. Throws VIV_FILE_UNWRITABLE.
 */
export function openRejects({ file, columns, delimiter }: RejectOptions): RejectFile {
  let open: number | undefined;
  const writable = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failure('VIV_FILE_UNWRITABLE', { file, problem: String(error) }, error);
    }
  };
  const begin = (): number => {
    mkdirSync(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
    const descriptor = openSync(file, 'w', 0o600);
    writeSync(descriptor, stringify([['line', 'code', 'reason', ...columns]], { delimiter, escape_formulas: true }));
    return descriptor;
  };
  writable(() => rmSync(file, { force: true }));
  return {
    add: ({ line, code, reason, original }) =>
      writable(() => {
        open ??= begin();
        writeSync(open, stringify([[line, code, reason, ...original]], { delimiter, escape_formulas: true }));
      }),
    close: () => {
      if (open !== undefined) closeSync(open);
    },
  };
}

/** That of the data folder, in case it is made here: others may pass through but not look around. */
const FOLDER_MODE = 0o711;
