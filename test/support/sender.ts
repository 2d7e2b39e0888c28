import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundleOf } from './bundle';
import type { SenderOrder } from './sender-task';

/** A process that sends mails and stands still with each of them at its moment. */
export interface Sender {
  /** Resolves when it stands with so many. */
  stands(count: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export async function startSender(order: SenderOrder): Promise<Sender> {
  const child = spawn(process.execPath, [await bundleOf('test/support/sender-child.ts')], {
    env: { ...process.env, SENDER_ORDER: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let standing = 0;
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', () => {
    standing += 1;
    for (const look of waiting) look();
  });
  return {
    stands: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (standing >= count) resolve(void waiting.delete(look));
        };
        waiting.add(look);
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      const [, signal] = await ended;
      if (signal !== 'SIGKILL') throw new Error(`the sender ended by ${signal} before it was killed`);
    },
  };
}
