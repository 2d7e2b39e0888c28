import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Measured, WorkerOrder } from './memory-worker';

export interface ChildWorker {
  measure(): Promise<Measured>;
  stop(): Promise<void>;
}

/** Starts a worker in a process of its own; resolves when it is up. It ends with this process. */
export async function startChild(order: WorkerOrder): Promise<ChildWorker> {
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', path.join(__dirname, 'memory-worker.ts')], {
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
