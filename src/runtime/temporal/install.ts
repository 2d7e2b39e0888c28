import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkProgram, TEMPORAL_VERSION } from './program';

/** Where a fetched program is kept. */
export const cachedProgram = (cacheDir: string) => path.join(cacheDir, `temporal-${TEMPORAL_VERSION}`);

/**
 * Puts a program into the cache: `fetchInto` gets an empty folder and answers the program in it. Two processes at once are safe:
 * the program appears whole, under its name, after it has run once.
 */
export async function install(cacheDir: string, fetchInto: (folder: string) => Promise<string>): Promise<string> {
  mkdirSync(cacheDir, { recursive: true });
  const folder = mkdtempSync(path.join(cacheDir, 'fetching-'));
  try {
    const program = await fetchInto(folder);
    chmodSync(program, 0o755);
    await checkProgram(program);
    renameSync(program, cachedProgram(cacheDir));
    return cachedProgram(cacheDir);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
