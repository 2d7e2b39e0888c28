import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failure, ViveiroError } from '../domain/errors';
import { errorCode } from './error-code';
import { acquireLock } from './lock';

/** The folder of all data, held by this process alone until it is closed. */
export interface DataFolder {
  readonly path: string;
  file(name: string): string;
  close(): void;
}

/** Makes the folder if need be and takes its lock. Throws VIV_DATA_UNWRITABLE, and VIV_DATA_IN_USE with who holds it. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const lock = await takeLock(folder);
  return { path: folder, file: (name) => path.join(folder, name), close: () => lock.release() };
}

async function takeLock(folder: string) {
  try {
    // others may pass through but not look around: as root, PostgreSQL runs as another user
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    const lock = await acquireLock(path.join(folder, 'lock'));
    if (lock.acquired) return lock;
    const { pid, since } = lock.holder;
    throw failure('VIV_DATA_IN_USE', { folder, holder: `process ${pid}, since ${since}` });
  } catch (error) {
    if (error instanceof ViveiroError) throw error;
    throw failure('VIV_DATA_UNWRITABLE', { folder, problem: errorCode(error) ?? String(error) }, error);
  }
}

const SECRET = 'link-secret';

/** The key that `keptSecret` made in this folder, for a command beside the one that holds it; undefined: none was made. */
export function existingSecret(dataDir: string): string | undefined {
  try {
    return readFileSync(path.join(dataDir, SECRET), 'utf8');
  } catch {
    return undefined; // not made yet, or not ours to read
  }
}

/** The key that signs links: made once, readable by its owner alone. The caller holds the folder. */
export function keptSecret(folder: DataFolder): string {
  const file = folder.file(SECRET);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const secret = randomBytes(32).toString('base64url');
    writeFileSync(`${file}.new`, secret, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return secret;
  }
}
