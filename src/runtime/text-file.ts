import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '../domain/yaml/problem';
import { errorCode } from './error-code';

const MOST_BYTES = 4_000_000;

export type ReadText = { readonly text: string } | { readonly problem: Problem };

/** A file that a person wrote: UTF-8, at most 4 MB. What is wrong with it is a problem like any other, not a throw. */
export async function readText(file: string): Promise<ReadText> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) return unreadable(file, `has ${size} bytes, more than ${MOST_BYTES}`, 'split it');
    const bytes = await readFile(file);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return unreadable(file, ...causeOf(errorCode(error)));
  }
}

function causeOf(code: string | undefined): [message: string, fix: string] {
  if (code === 'ENOENT') return ['there is no such file', 'look at its name and folder'];
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return ['it is not UTF-8 text', 'save it as UTF-8'];
  return [`the system says ${code ?? 'nothing more'}`, 'let this user read it, and name a file'];
}

function unreadable(file: string, message: string, fix: string): ReadText {
  const place = { file, line: 1, column: 1, path: '' };
  return { problem: { severity: 'error', code: 'VIV_FILE_UNREADABLE', ...place, message, fix } };
}
