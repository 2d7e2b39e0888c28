import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { commandLine } from '../processes';

/** A running PostgreSQL, as its postmaster.pid tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/**
 * The server that runs on a folder. The file may be stale and its process id reused, so the process must work in that folder.
 * Lines of the file: https://www.postgresql.org/docs/18/storage-file-layout.html (pid, folder, start, port, …, status last).
 */
export function runningPostmaster(dataDir: string): Postmaster | undefined {
  const lines = readLines(path.join(dataDir, 'postmaster.pid'));
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !isOn(pid, dataDir)) return undefined;
  return { pid, port, isReady: lines[7]?.trim() === 'ready' };
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // no server, or its folder is not ours to read
  }
}

function isOn(pid: number, dataDir: string): boolean {
  if (process.platform !== 'linux') return commandLine(pid).includes(dataDir);
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    return false; // gone, a zombie, or another user's
  }
}
