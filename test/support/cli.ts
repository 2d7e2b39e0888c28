import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { commandLine } from '../../src/runtime/processes';
import { DIST } from './built';

const ROOT = path.resolve(__dirname, '../..');

export interface RunningCli {
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Asks it to stop, as a service manager does. */
  stop(): void;
  /** `kill -9` of the whole process tree. */
  kill(): void;
}

/** Starts `viveiro` as a process of its own, on a data folder of its own, with `environment` added to ours. */
export function startCli(
  words: readonly string[],
  dataDir: string,
  environment: { readonly [name: string]: string } = {},
): RunningCli {
  const child = spawn(process.execPath, [path.join(DIST, 'cli/main.js'), ...words], {
    cwd: ROOT,
    env: { ...process.env, ...environment, VIVEIRO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [exitCode]]) => ({ exitCode, stdout, stderr }),
  );
  return { ended, stop: () => void child.kill('SIGTERM'), kill: () => killAll(dataDir) };
}

function killAll(dataDir: string): void {
  for (const pid of pidsOn(dataDir))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it went with its parent
    }
}

/** Command lines of the processes that were started on a data folder; only Linux shows what another process was started with. */
export function processesOn(dataDir: string): readonly string[] {
  return pidsOn(dataDir).map(commandLine);
}

function pidsOn(dataDir: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && isOn(pid, dataDir));
}

function isOn(pid: number, dataDir: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.includes(`VIVEIRO_DATA_DIR=${dataDir}`) || commandLine(pid).includes(dataDir);
  } catch {
    return false; // gone, or another user's
  }
}
