import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The oldest CLI whose server (1.32) has all that Viveiro uses, and the one that is fetched. */
export const TEMPORAL_VERSION = '1.9.1';

const run = promisify(execFile);

/** Checks a `temporal` program by running it. Throws an Error that says what is wrong with it. */
export async function checkProgram(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version'], { timeout: 20_000 });
  const [, version] = /version (\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  if (!version) throw new Error(`it calls itself "${stdout.trim()}"`);
  if (isOlder(version, TEMPORAL_VERSION)) throw new Error(`version ${version} is older than ${TEMPORAL_VERSION}`);
  return program;
}

/** Compares versions number by number. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
