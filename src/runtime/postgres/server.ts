import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../domain/errors';
import { serverUser } from '../access';
import { answers, freePort } from '../free-port';
import { type Guarded, startGuarded } from '../guarded';
import { endOrphan, waitUntil } from '../processes';
import { postgresBinaries } from './binaries';
import { initialise, withReachable } from './folder';
import { runningPostmaster } from './postmaster';

/** A PostgreSQL of ours: on 127.0.0.1, everyone on this machine is its superuser `postgres`. */
export interface Pg {
  url(database?: string): string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The caller holds this folder alone: a server still on it has lost its owner, and is ended. */
  readonly dataDir: string;
  readonly logFile: string;
  /** None or 0: a free one. */
  readonly port?: number | undefined;
  readonly flags?: readonly string[];
  /** A throw-away server: nothing is synced, and it stops at once. */
  readonly isTemporary?: boolean;
}

const START_LIMIT_MS = 60_000; // recovery after a kill may take a while

/** Starts PostgreSQL, which ends with this process even under kill -9. Throws VIV_POSTGRES_FAILED and VIV_PORT_IN_USE. */
export async function startPostgres(options: PostgresOptions): Promise<Pg> {
  const dataDir = path.resolve(options.dataDir);
  const binaries = postgresBinaries();
  await endOrphan(() => runningPostmaster(dataDir)?.pid, 'SIGINT');
  rmSync(path.join(dataDir, 'postmaster.pid'), { force: true }); // stale, and its process id may be reused
  await initialise({ dataDir, binaries, noSync: options.isTemporary === true });
  const { port } = options;
  if (port && (await answers(port))) throw failure('VIV_PORT_IN_USE', { port, name: 'PostgreSQL' });
  const again = async () => launch({ ...options, dataDir, binaries, port: port || (await freePort()) });
  try {
    return await again();
  } catch {
    // the children of a killed server let go of its memory within a moment, or another program was faster at the port
    await sleep(1000);
    return again();
  }
}

function launch(options: PostgresOptions & { readonly binaries: string; readonly port: number }): Promise<Pg> {
  const { dataDir, binaries, port, flags = [], logFile, isTemporary } = options;
  return withReachable(dataDir, async ({ name, descriptor }) => {
    const server = startGuarded({
      program: path.join(binaries, 'postgres'),
      args: ['-D', name, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', ...flags],
      signal: isTemporary ? 'QUIT' : 'INT', // immediate or fast shutdown
      logFile,
      runAs: serverUser,
      descriptor,
    });
    const pid = await whenReady(server, dataDir);
    const url = (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`;
    return { url, port, pid, dataDir, ended: server.ended, stop: () => server.stop() };
  });
}

async function whenReady(server: Guarded, dataDir: string): Promise<number> {
  const isReady = () => runningPostmaster(dataDir)?.isReady === true;
  await waitUntil(() => server.hasEnded() || isReady(), START_LIMIT_MS);
  const pid = isReady() ? runningPostmaster(dataDir)?.pid : undefined;
  if (pid !== undefined) return pid;
  await server.stop();
  throw failure('VIV_POSTGRES_FAILED', { problem: server.logTail() || 'it said nothing' });
}
