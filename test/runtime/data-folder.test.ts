import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keptSecret, openDataFolder } from '../../src/runtime/data-folder';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'viveiro-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('a folder is made with those above it, and is held until it is closed', async () => {
  const name = path.join(parent, 'a/b');
  const folder = await openDataFolder(name);
  await expect(openDataFolder(name)).rejects.toMatchObject({ code: 'VIV_DATA_IN_USE' });
  folder.close();
  (await openDataFolder(name)).close();
});

test('a folder that cannot be made says so', async () => {
  const file = path.join(parent, 'file');
  writeFileSync(file, '');
  await expect(openDataFolder(path.join(file, 'data'))).rejects.toMatchObject({
    code: 'VIV_DATA_UNWRITABLE',
    message: expect.stringContaining('ENOTDIR'),
  });
});

test('the key of links is made once, long, and for its owner alone', async () => {
  const folder = await openDataFolder(parent);
  const secret = keptSecret(folder);
  expect(secret).toHaveLength(43);
  expect(keptSecret(folder)).toBe(secret);
  expect(statSync(folder.file('link-secret')).mode & 0o777).toBe(0o600);
  folder.close();
});
