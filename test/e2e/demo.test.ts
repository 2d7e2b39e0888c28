import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../../src/runtime/processes';
import { processesOn, type RunningCli, startCli } from '../support/cli';

/** Servers start, and weeks pass, on a machine that may be busy. */
jest.setTimeout(240_000);

let dataDir: string;
let running: RunningCli[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-demo-'));
});
afterEach(async () => {
  for (const one of running) one.kill();
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  rmSync(dataDir, { recursive: true, maxRetries: 20 }); // servers of a killed demo end a moment after it
});

function demo(leads: number): RunningCli {
  const started = startCli(['demo', '--leads', String(leads), '--exit', '--json'], dataDir);
  running.push(started);
  return started;
}
const inboxCount = () => readdirSync(path.join(dataDir, 'demo/inbox')).filter((name) => name.endsWith('.json')).length;

interface Summary {
  readonly [figure: string]: number;
}

test('killed in the middle, it goes on where it was: every journey finishes, no mail is in the inbox twice, nothing keeps running', async () => {
  const first = demo(12);
  const isUnderWay = await waitUntil(() => inboxStands(5), 120_000);
  expect(isUnderWay).toBe(true);
  first.kill();
  await first.ended;
  const { exitCode, stdout } = await demo(12).ended;
  const summary: Summary & { readonly unknown?: unknown } = JSON.parse(stdout);
  expect(summary).toMatchObject({
    isCarriedOn: true,
    leads: 12,
    journeys: 12,
    journeysFinished: 12,
    duplicateSends: 0,
    clientJourneys: summary.clientJourneysFinished,
  });
  // a mail whose fate nobody knows may or may not have got there
  const certain = (summary.mailsAccepted ?? 0) + (summary.mailsToReps ?? 0);
  expect(summary.inboxMessages).toBeGreaterThanOrEqual(certain);
  expect(summary.inboxMessages).toBeLessThanOrEqual(certain + (summary.mailsUnknown ?? 0));
  expect(summary.virtualDays).toBeGreaterThanOrEqual(20);
  expect(summary.decisions).toBeGreaterThan(200);
  expect(summary.reactivated).toBeGreaterThan(0);
  expect(exitCode).toBe(0);
  // the shell of a server's watchdog may be a moment behind
  await waitUntil(() => processesOn(dataDir).length === 0, 5_000);
  expect(processesOn(dataDir)).toEqual([]);
});

function inboxStands(count: number): boolean {
  try {
    return inboxCount() >= count;
  } catch {
    return false; // no inbox yet
  }
}
