import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

test('the first signal asks to stop, the second ends at once with 130', async () => {
  const script = path.resolve(__dirname, '../support/signal-waiter.ts');
  const waiter = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const says = async () => String(await once(waiter.stdout, 'data'));
  expect(await says()).toBe('ready');
  waiter.kill('SIGTERM');
  expect(await says()).toBe('SIGTERM');
  waiter.kill('SIGINT');
  expect(await once(waiter, 'exit')).toEqual([130, null]);
});
