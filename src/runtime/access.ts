import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RunAs } from './guarded';

/** PostgreSQL refuses to run as root: root starts it as nobody, by number. Everyone else runs it as they are. */
export const serverUser: RunAs | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** The outermost folder on the way to `target` that `user` may not pass through; `undefined`: the way is free. The target need not exist. */
export function blockedAt(target: string, user: RunAs | undefined): string | undefined {
  if (!user) return undefined;
  const way = ancestors(path.join(realpathSync(path.dirname(target)), path.basename(target)));
  return [...way].reverse().find((folder) => !mayPass(folder, user));
}

function* ancestors(target: string): Generator<string> {
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    yield folder;
    if (folder === path.dirname(folder)) return;
  }
}

function mayPass(folder: string, { uid, gid }: RunAs): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const passBit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & passBit) !== 0;
}
