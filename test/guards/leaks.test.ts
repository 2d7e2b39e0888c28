import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { watchForLeaks } from '../support/leaks';

const { TEST_RUN, TMPDIR } = process.env;
afterEach(() => {
  for (const [name, value] of Object.entries({ TEST_RUN, TMPDIR }))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

const temporary = () => process.env.TMPDIR ?? '';
const stays = () => spawn('cat', { env: process.env, stdio: ['pipe', 'ignore', 'ignore'] });

// INV-NOTHING-LEFT
test('what a run of the tests leaves behind is named: a process and a folder', async () => {
  const leaks = watchForLeaks({ patienceMs: 100 });
  const child = stays();
  const folder = temporary();
  mkdtempSync(path.join(folder, 'kept-'));
  const left = await leaks.left();
  child.kill();
  await once(child, 'exit');
  expect(left).toEqual([
    ...(process.platform === 'linux' ? [expect.stringMatching(/^process \d+: cat$/)] : []), // no other shows it
    expect.stringMatching(/^in the temporary folder: kept-/),
  ]);
  expect(existsSync(folder)).toBe(false);
});

test('nothing is named when all has ended, nor what others have running', async () => {
  const foreign = stays();
  const leaks = watchForLeaks({ patienceMs: 10_000 });
  const child = stays();
  child.stdin.end();
  expect(await leaks.left()).toEqual([]);
  foreign.kill();
  await once(foreign, 'exit');
});
