import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireLock, type Holder, lockHolder } from '../../src/runtime/lock';
import { processIdentity } from '../../src/runtime/processes';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-lock-'));
  file = path.join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const SINCE = '2026-03-02T12:00:00.000Z';
const heldBy = (holder: Partial<Holder>) => writeFileSync(file, JSON.stringify({ since: SINCE, ...holder }));
const identity = processIdentity(process.pid) ?? '';
const deadPid = () => spawnSync('true').pid;

test('a lock is taken once, and again after its release', async () => {
  const first = await acquireLock(file);
  expect(first.acquired).toBe(true);
  expect(await acquireLock(file)).toMatchObject({ acquired: false, holder: { pid: process.pid } });
  if (first.acquired) first.release();
  expect(await acquireLock(file)).toMatchObject({ acquired: true });
});

test('a live holder is named with the time since when it holds', async () => {
  heldBy({ pid: process.pid, identity });
  expect(await acquireLock(file)).toEqual({ acquired: false, holder: { pid: process.pid, identity, since: SINCE } });
});

test.each([
  ['whose holder is dead', () => heldBy({ pid: deadPid(), identity })],
  ["whose holder's id was given to another process", () => heldBy({ pid: process.pid, identity: 'boot:0' })],
  ['that a full disk has cut short', () => writeFileSync(file, '{"pid":1')],
])('a lock %s is taken over', async (_, arrange) => {
  arrange();
  expect(lockHolder(file)).toBeUndefined();
  expect((await acquireLock(file)).acquired).toBe(true);
  expect(lockHolder(file)).toMatchObject({ pid: process.pid });
});

test('a stale lock is taken over by one process only, however many try at once', async () => {
  heldBy({ pid: deadPid(), identity });
  const locks = await Promise.all(Array.from({ length: 20 }, () => acquireLock(file)));
  expect(locks.filter(({ acquired }) => acquired)).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a take-over that was killed half-way holds nobody up for long', async () => {
  heldBy({ pid: deadPid(), identity });
  mkdirSync(`${file}.turn`);
  utimesSync(`${file}.turn`, 0, 0);
  expect((await acquireLock(file)).acquired).toBe(true);
  expect(existsSync(`${file}.turn`)).toBe(false);
});
