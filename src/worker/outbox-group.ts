import { EventEmitter } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { Logger, type Runner, run, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { freeAbandoned, markAlive } from '../store/outbox-holders';
import type { AskedAgain } from '../store/send-record';
import type { Lifecycle } from './lifecycle';

const startPayload = z.object({ journeyId: z.uuid() });
const againPayload = z.object({ sendId: z.uuid(), journeyId: z.uuid(), askId: z.uuid() });
const erasurePayload = z.object({ erasureId: z.uuid() });
const judgePayload = z.object({ sendId: z.uuid() });
const pokePayload = z.object({ workflow: z.string(), seq: z.number() });

export interface GroupOptions {
  readonly lifecycle: Lifecycle;
  /** Mails that people ask for once more; left out: such jobs wait for an outbox that has it. */
  readonly sendAgain?: (asked: AskedAgain) => Promise<void>;
  /** Judges the clicks of a mail that were held. Absent: they wait for an outbox that does. */
  readonly judgeHits?: (sendId: string) => Promise<void>;
  readonly concurrency?: number;
  readonly onError?: (error: Error) => void;
}

/** Workers that take jobs under one name. */
export interface Group {
  /** Resolves when they take no more, or nobody can tell any more that they live; never rejects. */
  readonly isOver: Promise<unknown>;
  /** Gives back what they have taken; never throws. */
  stop(): Promise<void>;
}

/** How often jobs of killed processes are looked for, beside the start. */
const FREE_EVERY_MS = 30_000;
/** What a database that is gone may keep a group from ending; then it is left, and others take over what it has in hand. */
const STOP_MS = 20_000;
const CONNECT_MS = 10_000;

/** Takes over the jobs of groups that are no more, and begins one. Throws what the database says. */
export async function startGroup(options: GroupOptions, databaseUrl: string): Promise<Group> {
  const { onError = () => undefined } = options;
  // a pool of its own: what a group has not given back when the database cut it off would be missing to the next one
  const pgPool = new Pool({ connectionString: databaseUrl, max: 5, connectionTimeoutMillis: CONNECT_MS });
  pgPool.on('error', onError);
  pgPool.on('connect', (client) => client.on('error', onError));
  const alive = sessionsOfHolders(pgPool, onError);
  try {
    await freeAbandoned(pgPool);
    const runner = await startRunner(options, { pgPool, events: alive.events });
    const freeing = setInterval(() => void freeAbandoned(pgPool).catch(onError), FREE_EVERY_MS).unref();
    const hasStopped = runner.promise.catch(onError);
    const end = async () => {
      await runner.stop().catch(() => undefined); // one that has stopped by itself refuses to be stopped
      await hasStopped;
    };
    return {
      isOver: Promise.race([hasStopped, alive.isLost]),
      async stop() {
        clearInterval(freeing);
        await ended(end());
        await alive.end();
        await ended(pgPool.end());
      },
    };
  } catch (error) {
    await alive.end();
    await ended(pgPool.end());
    throw error;
  }
}

/** Waits for it, but not for ever. */
const ended = (ending: Promise<unknown>): Promise<unknown> =>
  Promise.race([ending, after(STOP_MS, undefined, { ref: false })]);

/** A group is marked as alive, under the name that it writes on its jobs, by a session that lasts as long as it does. */
function sessionsOfHolders(pgPool: Pool, onError: (error: Error) => void) {
  const events: WorkerEvents = new EventEmitter();
  const sessions: Promise<PoolClient | undefined>[] = [];
  const isLost = new Promise<void>((resolve) => {
    events.on('pool:create', ({ workerPool }) => {
      hearShutdown(workerPool);
      const session = markAlive(pgPool, workerPool.id);
      session.then((client) => client.once('end', resolve), resolve);
      sessions.push(
        session.catch((error: Error) => {
          onError(error);
          return undefined;
        }),
      );
    });
  });
  return {
    events,
    isLost,
    async end() {
      for (const session of await Promise.all(sessions)) session?.release(true);
    },
  };
}

/** Where it shuts down by itself nobody listens to whether that fails, which would end this process; the runner's promise tells of it too. */
function hearShutdown(pool: WorkerPool): void {
  const shutDown = pool.gracefulShutdown.bind(pool);
  pool.gracefulShutdown = (message) => {
    const ending = Promise.resolve(shutDown(message));
    ending.catch(() => undefined);
    return ending;
  };
}

function startRunner(
  { lifecycle, sendAgain, judgeHits, concurrency = 10, onError = () => undefined }: GroupOptions,
  { pgPool, events }: { readonly pgPool: Pool; readonly events: WorkerEvents },
): Promise<Runner> {
  return run({
    pgPool,
    events,
    concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    parsedCronItems: [],
    logger: new Logger(() => (level, message) => (level === 'error' ? onError(new Error(message)) : undefined)),
    // no local queue: one that cannot give its jobs back fails where nobody can listen, which ends the process
    preset: { worker: { completeJobBatchDelay: 5, failJobBatchDelay: 5 } },
    taskList: {
      start_journey: (payload) => lifecycle.startJourney(startPayload.parse(payload).journeyId),
      restart_journey: (payload) => lifecycle.restartJourney(startPayload.parse(payload).journeyId),
      start_erasure: (payload) => lifecycle.startErasure(erasurePayload.parse(payload).erasureId),
      poke: (payload) => {
        const { workflow, seq } = pokePayload.parse(payload);
        return lifecycle.poke(workflow, seq);
      },
      ...(sendAgain ? { send_again: (payload) => sendAgain(againPayload.parse(payload)) } : {}),
      ...(judgeHits ? { judge_hits: (payload: unknown) => judgeHits(judgePayload.parse(payload).sendId) } : {}),
    },
  });
}
