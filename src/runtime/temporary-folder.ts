import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';

// Waits until our end of the pipe closes, however this process ends. What still writes into the folder is given 10 s to end.
const GUARD = `cat >/dev/null
tries=0
until rm -rf "$1" 2>/dev/null && [ ! -e "$1" ]; do
  tries=$((tries + 1)); [ $tries -lt 100 ] || exit 1
  sleep 0.1
done`;

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A folder that is deleted by `remove`, or when this process has ended in any way. */
export function temporaryFolder(base: string, name: string): TemporaryFolder {
  const folder = mkdtempSync(path.join(base, `viveiro-${name}-`));
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pipe = guard.stdin as unknown as Socket; // a pipe to a child is a socket, which its type does not say
  guard.unref();
  pipe.unref();
  return {
    path: folder,
    async remove() {
      guard.ref();
      const ended = once(guard, 'exit');
      pipe.end();
      await ended;
    },
  };
}
