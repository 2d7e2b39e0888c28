import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TestFiles {
  /** Writes a file and answers its path. */
  write(name: string, content: string | Buffer): string;
  /** A new and empty folder. */
  folder(): string;
  /** Writes a file into a new folder of its own, and answers its path. */
  apart(name: string, content: string | Buffer): string;
  /** The path that a file of this name has or would have. */
  path(name: string): string;
}

/** A folder for the files of one test file: made before its tests, removed after them. */
export function testFiles(): TestFiles {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'viveiro-files-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const pathOf = (name: string) => path.join(root, name);
  const folder = () => mkdtempSync(pathOf('apart-'));
  const written = (file: string, content: string | Buffer) => {
    writeFileSync(file, content);
    return file;
  };
  return {
    path: pathOf,
    write: (name, content) => written(pathOf(name), content),
    folder,
    apart: (name, content) => written(path.join(folder(), name), content),
  };
}
