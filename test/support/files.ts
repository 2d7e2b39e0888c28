import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TestFiles {
  /** Writes a file and answers its path. */
  write(name: string, content: string | Buffer): string;
  /** The path that a file of this name has or would have. */
  path(name: string): string;
}

/** A folder for the files of one test file: made before its tests, removed after them. */
export function testFiles(): TestFiles {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'viveiro-files-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const pathOf = (name: string) => path.join(folder, name);
  return {
    path: pathOf,
    write: (name, content) => {
      writeFileSync(pathOf(name), content);
      return pathOf(name);
    },
  };
}
