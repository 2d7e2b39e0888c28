import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Says which process has this id now: the answer differs when the id was given to another process, also after a reboot.
 * `undefined`: none (a zombie is none). Source: proc_pid_stat(5), fields 3 and 22.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim() || undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold blanks
    const [state = 'X'] = fields;
    if ('ZX'.includes(state)) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return undefined; // no such process
  }
}

/** The command line of a process, for telling whose it is; empty: no such process, or not ours to see. */
export function commandLine(pid: number): string {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/**
 * Ends a server that has lost its owner: waits 2 s for it to stop by itself, then asks with `signal`, then kills it after 10 s
 * more. Which process it is, is asked anew each time, so that a reused id is never hit.
 */
export async function endOrphan(find: () => number | undefined, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const patience = [
    { waitMs: 2000, send: signal },
    { waitMs: 10_000, send: 'SIGKILL' },
    { waitMs: 10_000, send: 'SIGKILL' },
  ] as const;
  for (const { waitMs, send } of patience) {
    if (await waitUntil(() => find() === undefined, waitMs)) return;
    const pid = find();
    if (pid !== undefined) process.kill(pid, send);
  }
}

/** Looks every 20 ms; false: it did not come true in time. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}
