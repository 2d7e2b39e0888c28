import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Measured, WorkerOrder } from './memory-worker';
import { RUNS_TYPESCRIPT } from './typescript';

export interface ChildWorker {
  measure(): Promise<Measured>;
  stop(): Promise<void>;
}

const COLLECTING = ['--max-semi-space-size=1', '--require', path.join(__dirname, 'collect-in-threads.cjs')];
/** What C code has freed goes back to the system: of the memory that a worker grows by with each workflow, that was two thirds. */
const GIVING_BACK = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/**
 * Starts a worker in a process of its own; resolves when it is up. It ends with this process. `collects`: garbage is collected each
 * second in all of its threads, and what is free is given back, for a figure of the memory that is held; a figure of time wants it off.
 */
export async function startChild(order: WorkerOrder, o: { readonly collects: boolean }): Promise<ChildWorker> {
  const flags = ['--expose-gc', ...RUNS_TYPESCRIPT, ...(o.collects ? COLLECTING : [])];
  const child = spawn(process.execPath, [...flags, path.join(__dirname, 'memory-worker.ts')], {
    env: { ...process.env, ...(o.collects ? GIVING_BACK : {}), BENCH_WORKER: JSON.stringify(order) },
    stdio: ['ignore', 2, 2, 'ipc'], // standard output is for the figures,
  });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  await once(child, 'message');
  return {
    async measure() {
      const answer = once(child, 'message');
      child.send('measure');
      const [measured] = (await answer) as [Measured]; // as memory-worker.ts sends it
      return measured;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
      process.off('exit', end);
    },
  };
}
