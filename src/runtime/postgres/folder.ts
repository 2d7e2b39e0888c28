import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { failure } from '../../domain/errors';
import { blockedAt, serverUser } from '../access';

/** Makes the database files unless they are there. A killed run leaves nothing that looks like a database. */
export async function initialise(o: { readonly dataDir: string; readonly binaries: string; readonly noSync: boolean }) {
  const { dataDir, binaries, noSync } = o;
  if (existsSync(path.join(dataDir, 'PG_VERSION'))) return;
  const draft = `${dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  chmodSync(draft, 0o700);
  if (serverUser) chownSync(draft, serverUser.uid, serverUser.gid);
  const args = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'];
  await withReachable(draft, async ({ name, descriptor }) => {
    const initdb = spawn(path.join(binaries, 'initdb'), ['-D', name, ...args, ...(noSync ? ['--no-sync'] : [])], {
      ...serverUser,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', descriptor ?? 'ignore'],
    });
    const said = initdb.stderr ? text(initdb.stderr) : '';
    const [problem, [code]] = await Promise.all([said, once(initdb, 'close')]);
    if (code !== 0) throw failure('VIV_POSTGRES_FAILED', { problem: `initdb: ${problem.trim()}` });
  });
  renameSync(draft, dataDir);
}

interface Reachable {
  /** What the server is told. */
  readonly name: string;
  /** To be handed to the server as its descriptor 3. */
  readonly descriptor: number | undefined;
}

/**
 * Gives the name by which the server's user can open a folder. Where a folder on the way is closed to that user (root's clone
 * under a folder of mode 0700), the open folder itself is handed over: Linux follows /proc/self/fd without asking for the way.
 */
export async function withReachable<T>(folder: string, work: (reachable: Reachable) => Promise<T>): Promise<T> {
  const closed = blockedAt(folder, serverUser);
  if (!closed) return work({ name: folder, descriptor: undefined });
  if (process.platform !== 'linux') {
    const problem = `it runs as another user than root, who may not pass through ${closed}. Allow it: chmod o+x ${closed}. Or set VIVEIRO_DATA_DIR to a folder elsewhere.`;
    throw failure('VIV_POSTGRES_FAILED', { problem });
  }
  const descriptor = openSync(folder, 'r');
  try {
    return await work({ name: '/proc/self/fd/3', descriptor });
  } finally {
    closeSync(descriptor);
  }
}
