import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blockedAt } from '../../src/runtime/access';
import { startGuarded } from '../../src/runtime/guarded';
import { temporaryFolder } from '../../src/runtime/temporary-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-guarded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (program: string, ...args: readonly string[]) =>
  startGuarded({ program, args, signal: 'TERM', logFile: path.join(folder, 'log') });

test('a server that ends by itself is known to have ended, and its last words are kept', async () => {
  const server = start('/bin/sh', '-c', 'echo "cannot go on" >&2; exit 1');
  await server.ended;
  expect([server.hasEnded(), server.logTail()]).toEqual([true, 'cannot go on']);
  await server.stop();
});

test('a program that is not there ends at once and is named', async () => {
  const server = start('/nowhere/server');
  await server.ended;
  expect(server.logTail()).toContain('/nowhere/server');
});

test('a stop waits for the end', async () => {
  const server = start('/bin/sleep', '1000');
  expect(server.hasEnded()).toBe(false);
  await server.stop();
  expect(server.hasEnded()).toBe(true);
});

test('a temporary folder goes with all that is in it', async () => {
  const temporary = temporaryFolder(folder, 'test');
  mkdirSync(path.join(temporary.path, 'a'));
  writeFileSync(path.join(temporary.path, 'a/b'), '');
  await temporary.remove();
  expect(existsSync(temporary.path)).toBe(false);
});

test('the outermost closed folder on the way is found, for a user who is not its owner', () => {
  mkdirSync(path.join(folder, 'open/closed'), { recursive: true }); // `folder` itself is of mode 0700
  const stranger = { uid: 65_533, gid: 65_533 };
  expect(blockedAt(path.join(folder, 'open/closed/file'), stranger)).toBe(folder);
  expect(blockedAt(path.join(tmpdir(), 'file'), stranger)).toBeUndefined();
  expect(blockedAt(path.join(folder, 'open'), undefined)).toBeUndefined();
});
