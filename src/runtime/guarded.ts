import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Socket } from 'node:net';

// A shell owns the server, and a child of it holds the read end of our pipe: when this process ends in any way, kill -9
// included, the pipe closes and the server gets its signal. What the server writes is its owner's alone.
const WATCHDOG = `umask 077
exec 9<&0 </dev/null
"$@" 9<&- & p=$!
[ -z "$GUARD_PID" ] || echo $p >"$GUARD_PID"
(cat <&9; kill -"$GUARD_SIGNAL" $p) >/dev/null 2>&1 &
exec 9<&-
wait $p`;

/** A user to run as: numbers, so that no account need exist. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export interface GuardedOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** What ends it, by `stop` and when this process is gone. */
  readonly signal: 'INT' | 'TERM' | 'QUIT' | 'KILL';
  /** Emptied at the start, so that it does not grow from run to run. */
  readonly logFile: string;
  readonly env?: { readonly [name: string]: string };
  readonly runAs?: RunAs | undefined;
  /** Gets the server's process id. */
  readonly pidFile?: string;
  /** An open file that the server finds as descriptor 3. */
  readonly descriptor?: number;
}

/** A server that never outlives this process, and never keeps it alive. */
export interface Guarded {
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** The last of its log, also after the file is gone. */
  logTail(): string;
  stop(): Promise<void>;
}

/** Starts a server under a watchdog. It runs in a process group of its own: Ctrl-C must not reach it before our clean-up. */
export function startGuarded(options: GuardedOptions): Guarded {
  const { program, args, signal, logFile, env, runAs, pidFile = '', descriptor } = options;
  const log = openSync(logFile, 'w+', 0o600);
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', program, ...args], {
    ...runAs,
    cwd: '/',
    env: { ...process.env, ...env, GUARD_SIGNAL: signal, GUARD_PID: pidFile },
    detached: true,
    stdio: ['pipe', log, log, descriptor ?? 'ignore'],
  });
  const pipe = child.stdin as Socket; // stdio asks for a pipe, and a pipe to a child is a socket
  pipe.on('error', () => undefined); // the shell is gone: `ended` tells
  let tail = '';
  let isEnded = false;
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(([problem]) => {
    tail = `${problem instanceof Error ? problem.message : ''}${readTail(log)}`;
    closeSync(log);
    pipe.destroy();
    isEnded = true;
  });
  child.unref();
  pipe.unref();
  return {
    ended,
    hasEnded: () => isEnded,
    logTail: () => (isEnded ? tail : readTail(log)),
    async stop() {
      child.ref();
      pipe.end();
      await ended;
    },
  };
}

const TAIL_BYTES = 4000;

function readTail(descriptor: number): string {
  const { size } = fstatSync(descriptor);
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('utf8').trim();
}
