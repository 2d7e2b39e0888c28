import { chmodSync, existsSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { openFile } from '../../src/runtime/browser';
import { testFiles } from '../support/files';

const files = testFiles();
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a file is opened by the program that its user has for it', async () => {
  const folder = path.dirname(files.path('x'));
  const opened = new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      if (!existsSync(files.path('opened')) || readFileSync(files.path('opened'), 'utf8') === '') return;
      watcher.close();
      resolve();
    });
  });
  chmodSync(files.write('xdg-open', `#!/bin/sh\necho "$1" >"${files.path('opened')}"\n`), 0o755);
  expect(await openFile('/a page.html', { PATH: `${folder}:/bin:/usr/bin`, DISPLAY: ':0' })).toBe(true);
  await opened;
  expect(readFileSync(files.path('opened'), 'utf8')).toBe('/a page.html\n');
});

onLinux('without a screen, or without a program, nothing is opened and nothing fails', async () => {
  expect(await openFile('/x', { PATH: process.env.PATH })).toBe(false);
  expect(await openFile('/x', { PATH: files.path('none'), DISPLAY: ':0' })).toBe(false);
});
