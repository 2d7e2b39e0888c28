import { readFileSync } from 'node:fs';
import { failure } from '../../domain/errors';
import { answers, freePort } from '../free-port';
import { type Guarded, startGuarded } from '../guarded';
import { commandLine, endOrphan, waitUntil } from '../processes';

/** All of these or none: a short shift without the rates makes timers up to 23 s late under load. */
const TIMERS = [
  'history.timerProcessorMaxTimeShift="1ms"', // timers 15 ms late, not 1 s
  'history.timerProcessorMaxPollRPS=100000',
  'history.timerProcessorMaxPollHostRPS=100000',
  'history.transferProcessorMaxPollRPS=100000',
  'history.transferProcessorMaxPollHostRPS=100000',
];
const TIME_SKIPPING = [
  'frontend.WorkflowTimeSkippingEnabled=true',
  'history.workflowIdReuseMinimalInterval="0s"', // else continue-as-new within 1 s adds the skipped time again
];
/** Sequences that wait in one lane take turns, instead of the one that came first. */
const FAIRNESS = ['matching.enableFairness=true'];
/** With the default of 100, so many pokes while a turn is being taken throw the turn away, and it begins anew. */
const STORMS = ['history.maximumBufferedEventsBatch=2000'];
/** Twice the default's speed; a killed server loses nothing that it acknowledged. */
const PRAGMAS = ['journal_mode=WAL', 'synchronous=normal'];
const START_LIMIT_MS = 30_000;

export interface TemporalServer {
  readonly address: string;
  readonly port: number;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  /** The last of its log. */
  logTail(): string;
  stop(): Promise<void>;
}

export interface TemporalServerOptions {
  readonly program: string;
  readonly namespace: string;
  readonly logFile: string;
  /** None or 0: a free one. */
  readonly port?: number | undefined;
  /** Where it keeps everything, `undefined`: in memory. The caller holds both files alone. */
  readonly storage: { readonly database: string; readonly pidFile: string } | undefined;
}

/**
 * Starts Temporal's dev server, which ends with this process even under kill -9; resolves when it takes connections. Throws
 * VIV_TEMPORAL_FAILED and VIV_PORT_IN_USE.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { storage, port } = options;
  if (storage) await endOrphan(() => orphanOn(storage), 'SIGTERM');
  if (port && (await answers(port))) throw failure('VIV_PORT_IN_USE', { port, name: 'Temporal' });
  for (let left = TRIES - 1; ; left -= 1)
    try {
      return await launch(options, port || (await freePort()));
    } catch (error) {
      if (left === 0) throw error;
    }
}

/** It takes several ports of its own choice, and another program may take one in the very moment. */
const TRIES = 3;

async function launch(options: TemporalServerOptions, port: number): Promise<TemporalServer> {
  const { program, namespace, storage, logFile } = options;
  const server = startGuarded({
    program,
    args: argumentsFor({ port, namespace, database: storage?.database }),
    // with nothing to keep there is nothing to wait for
    signal: storage ? 'TERM' : 'KILL',
    logFile,
    env: { GOGC: '400' }, // a fifth less CPU for 200 MB more memory
    pidFile: storage?.pidFile,
  });
  await whenReady(server, port);
  return { ...server, address: `127.0.0.1:${port}`, port };
}

function argumentsFor(o: { readonly port: number; readonly namespace: string; readonly database: string | undefined }) {
  const { port, namespace, database } = o;
  return [
    ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`],
    ...['--namespace', namespace, '--log-level', 'warn'],
    ...(database ? ['--db-filename', database, ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma])] : []),
    ...[...TIMERS, ...TIME_SKIPPING, ...FAIRNESS, ...STORMS].flatMap((value) => ['--dynamic-config-value', value]),
  ];
}

/** A server still on our files has lost its owner. Its id may be reused: its command line must name our database. */
function orphanOn(storage: { readonly database: string; readonly pidFile: string }): number | undefined {
  try {
    const pid = Number(readFileSync(storage.pidFile, 'utf8'));
    return pid > 0 && commandLine(pid).includes(storage.database) ? pid : undefined;
  } catch {
    return undefined; // never started here
  }
}

async function whenReady(server: Guarded, port: number): Promise<void> {
  await waitUntil(async () => server.hasEnded() || (await answers(port)), START_LIMIT_MS);
  if (!server.hasEnded() && (await answers(port))) return;
  await server.stop();
  throw failure('VIV_TEMPORAL_FAILED', { problem: server.logTail() || 'it said nothing' });
}
