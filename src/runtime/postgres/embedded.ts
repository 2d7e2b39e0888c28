import { chownSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverUser } from '../access';
import { temporaryFolder } from '../temporary-folder';
import { type Pg, startPostgres } from './server';

export { type Pg, type PostgresOptions, startPostgres } from './server';

const ENOUGH_BYTES = 2e9;
const FLAGS = ['-F', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'];

/** A throw-away server for tests and tools: a folder of its own, no durability, gone with `stop` or with this process. */
export async function startTempPostgres(): Promise<Pg> {
  // making a database takes 15 ms in memory, 150 ms on a disk
  const memory = await statfs('/dev/shm').catch(() => undefined);
  const base = memory && memory.bavail * memory.bsize > ENOUGH_BYTES ? '/dev/shm' : tmpdir();
  const folder = temporaryFolder(base, 'pg');
  if (serverUser) chownSync(folder.path, serverUser.uid, serverUser.gid);
  try {
    const server = await startPostgres({
      dataDir: path.join(folder.path, 'data'),
      logFile: path.join(folder.path, 'log'),
      flags: FLAGS,
      isTemporary: true,
    });
    const stop = async () => {
      await server.stop();
      await folder.remove();
    };
    return { ...server, stop };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
