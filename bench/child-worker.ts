import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Measured, WorkerOrder } from './memory-worker';

export interface ChildWorker {
  measure(): Promise<Measured>;
  stop(): Promise<void>;
}

const COLLECTING = ['--require', path.join(__dirname, 'collect-in-threads.cjs')];

/**
 * Starts a worker in a process of its own; resolves when it is up. It ends with this process. `collects`: garbage is collected each
 * second in all of its threads, for a figure of memory; a figure of time wants it off.
 */
export async function startChild(order: WorkerOrder, o: { readonly collects: boolean }): Promise<ChildWorker> {
  const flags = ['--expose-gc', '--import', 'tsx', ...(o.collects ? COLLECTING : [])];
  const child = spawn(process.execPath, [...flags, path.join(__dirname, 'memory-worker.ts')], {
    env: { ...process.env, BENCH_WORKER: JSON.stringify(order) },
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
