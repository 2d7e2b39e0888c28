import { readFileSync, writeFileSync } from 'node:fs';
import type { DataFolder } from './data-folder';
import { answers, freePort } from './free-port';

/**
 * The port that is told; else the one of the last start if nobody has taken it, so that links in old mails still lead here; else
 * a free one.
 */
export async function keptPort(folder: DataFolder, name: string, told: number | undefined): Promise<number> {
  if (told) return told;
  const file = folder.file(`${name}-port`);
  const last = lastPort(file);
  if (last !== undefined && !(await answers(last))) return last;
  const port = await freePort();
  writeFileSync(file, String(port));
  return port;
}

function lastPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined; // the first start
  }
}
