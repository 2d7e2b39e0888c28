import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../../src/runtime/processes';
import { type Addresses, runningSystem } from '../../src/runtime/running';
import { processesOn, type RunningCli, startCli } from '../support/cli';

/** Servers start several times, on a machine that may be busy. */
jest.setTimeout(240_000);
const PATIENCE_MS = 60_000;

let dataDir: string;
let running: RunningCli[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-start-'));
});
afterEach(async () => {
  for (const one of running) one.kill();
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  rmSync(dataDir, { recursive: true, maxRetries: 20 });
});

function start(): RunningCli {
  const started = startCli(['start', '--json'], dataDir);
  running.push(started);
  return started;
}

async function until(isSo: () => boolean): Promise<void> {
  expect(await waitUntil(isSo, PATIENCE_MS)).toBe(true);
}

async function whenUp(): Promise<Addresses> {
  await until(() => runningSystem(dataDir)?.apiUrl !== undefined);
  return runningSystem(dataDir) ?? { databaseUrl: '' }; // it was there a moment ago
}

/** What is on disk when a start has come so far, in the order in which it comes there. */
const MOMENTS = ['lock', 'postgres.new', 'postgres/postmaster.pid', 'temporal.pid', 'temporal.db', 'running.json'];

test('killed at any moment of its start, the next one just works, and a SIGTERM leaves nothing behind', async () => {
  for (const moment of MOMENTS) {
    const killed = start();
    await until(() => existsSync(path.join(dataDir, moment)));
    killed.kill();
    await killed.ended;
  }
  const last = start();
  const { apiUrl } = await whenUp();
  expect((await fetch(`${apiUrl}/health`)).status).toBe(200);
  last.stop();
  expect((await last.ended).exitCode).toBe(0);
  // the shell of a server's watchdog may be a moment behind
  await waitUntil(() => processesOn(dataDir).length === 0, 5_000);
  expect(processesOn(dataDir)).toEqual([]);
  expect(runningSystem(dataDir)).toBeUndefined();
});

test('a second start on the same data says who holds it, and leaves the first alone', async () => {
  const first = start();
  const { apiUrl } = await whenUp();
  const { exitCode, stderr } = await start().ended;
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/VIV_DATA_IN_USE: .* is in use by process \d+, since 20/);
  expect((await fetch(`${apiUrl}/health`)).status).toBe(200);
  first.stop();
  expect((await first.ended).exitCode).toBe(0);
});
