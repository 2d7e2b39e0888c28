import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundleOf, removeBundles } from '../support/bundle';

afterAll(removeBundles);

async function aWaiter(sameWishMs: number) {
  const script = await bundleOf('test/support/signal-waiter.ts');
  const waiter = spawn(process.execPath, [script, String(sameWishMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const says = async () => String(await once(waiter.stdout, 'data'));
  expect(await says()).toBe('ready');
  return { waiter, says };
}

test('the first signal asks to stop, the second ends at once with 130', async () => {
  const { waiter, says } = await aWaiter(0);
  waiter.kill('SIGTERM');
  expect(await says()).toBe('SIGTERM');
  waiter.kill('SIGINT');
  expect(await once(waiter, 'exit')).toEqual([130, null]);
});

test('signals at the same moment are one wish: a Ctrl-C comes from the terminal and from npm', async () => {
  const { waiter, says } = await aWaiter(60_000);
  waiter.kill('SIGINT');
  waiter.kill('SIGTERM');
  expect(await says()).toMatch(/^SIG(INT|TERM)$/);
  waiter.kill('SIGINT');
  waiter.kill('SIGKILL');
  expect(await once(waiter, 'exit')).toEqual([null, 'SIGKILL']);
});
