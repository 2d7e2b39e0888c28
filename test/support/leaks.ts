import { randomUUID } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { commandLine, waitUntil } from '../../src/runtime/processes';
import { temporaryFolder } from '../../src/runtime/temporary-folder';

/** What a run of the tests starts and writes, told from what others do on this machine at the same time. */
export interface Leaks {
  /** What is still there, in words. It waits a while for what is on its way out. Removes the run's temporary folder. */
  left(): Promise<readonly string[]>;
}

const MARK = 'TEST_RUN';
/** tsx keeps what it translated for the next start. */
const CACHES = /^tsx-/;

/**
 * From here on every process that this one starts carries a mark, which its own children inherit, and every temporary folder
 * goes into one folder of this run.
 */
export function watchForLeaks({ patienceMs = 10_000 } = {}): Leaks {
  const folder = temporaryFolder(tmpdir(), 'tests');
  chmodSync(folder.path, 0o755); // PostgreSQL may run as another user
  const mark = `${MARK}=${randomUUID()}`;
  process.env[MARK] = mark.slice(MARK.length + 1);
  process.env.TMPDIR = folder.path;
  return {
    async left() {
      await waitUntil(() => marked(mark).length === 0, patienceMs);
      const processes = marked(mark).map((pid) => `process ${pid}: ${commandLine(pid)}`);
      const folders = readdirSync(folder.path)
        .filter((name) => !CACHES.test(name))
        .map((name) => `in the temporary folder: ${name}`);
      await folder.remove();
      return [...processes, ...folders];
    },
  };
}

/** Processes that carry the mark; only Linux shows what another process was started with. */
function marked(mark: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && carries(pid, mark) && !isTestWorker(pid));
}

function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
  } catch {
    return false; // gone, or another user's
  }
}

/** Workers of jest itself end after the teardown. */
const isTestWorker = (pid: number): boolean => commandLine(pid).includes('jest-worker');
