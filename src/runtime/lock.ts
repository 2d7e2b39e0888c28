import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errorCode } from './error-code';
import { processIdentity } from './processes';

const holderSchema = z.object({
  pid: z.number().int().positive(),
  /** What `processIdentity` said of it: a reused process id is not the holder. */
  identity: z.string(),
  /** ISO instant of the taking. */
  since: z.string(),
});
export type Holder = Readonly<z.infer<typeof holderSchema>>;

export type Lock = { readonly acquired: true; release(): void } | { readonly acquired: false; readonly holder: Holder };

/** Who holds the lock now; `undefined`: nobody, or a process that is gone. */
export function lockHolder(file: string): Holder | undefined {
  const holder = readHolder(file);
  return holder && processIdentity(holder.pid) === holder.identity ? holder : undefined;
}

/** Takes a lock for this process, also over one whose holder is gone (killed, or before a reboot). */
export async function acquireLock(file: string): Promise<Lock> {
  for (;;) {
    if (createWhole(file)) return { acquired: true, release: () => rmSync(file, { force: true }) };
    const holder = lockHolder(file);
    if (holder) return { acquired: false, holder };
    if (!clearStale(file)) await sleep(20);
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined; // no lock, or damaged by a full disk
  }
}

/** The lock appears with its whole text or not at all: a link fails when the name exists. */
function createWhole(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  const holder: Holder = {
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    since: new Date().toISOString(),
  };
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

const ABANDONED_MS = 5000;

/**
 * Removes a stale lock; false: another process is at it. One at a time, so that nobody removes the lock that another has just
 * taken in its place.
 */
function clearStale(file: string): boolean {
  const turn = `${file}.turn`;
  try {
    mkdirSync(turn);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const { mtimeMs } = statSync(turn, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > ABANDONED_MS) rmSync(turn, { recursive: true, force: true });
    return false;
  }
  try {
    if (!lockHolder(file)) rmSync(file, { force: true });
    return true;
  } finally {
    rmdirSync(turn);
  }
}
