import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { failure } from '../domain/errors';

/** A file of this name in a new temporary folder of its own. */
export const temporaryFile = (folder: string, name: string): string =>
  path.join(mkdtempSync(path.join(tmpdir(), folder)), name);

/** Writes a page, and answers its file; `mode`: who may read it. Throws VIV_FILE_UNWRITABLE. */
export function written(file: string, page: string, mode?: number): string {
  try {
    writeFileSync(file, page, { mode });
    return file;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw failure('VIV_FILE_UNWRITABLE', { file, problem }, error);
  }
}
