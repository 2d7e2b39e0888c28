import { EventEmitter } from 'node:events';
import { Logger, run, type WorkerEvents } from 'graphile-worker';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { freeAbandoned, markAlive } from '../store/outbox-holders';
import type { AskedAgain } from '../store/send-record';
import type { Lifecycle } from './lifecycle';

const startPayload = z.object({ journeyId: z.uuid() });
const againPayload = z.object({ sendId: z.uuid(), journeyId: z.uuid(), askId: z.uuid() });
const judgePayload = z.object({ sendId: z.uuid() });
const pokePayload = z.object({ workflow: z.string(), seq: z.number() });

export interface Outbox {
  stop(): Promise<void>;
}

export interface OutboxOptions {
  readonly databaseUrl: string;
  readonly lifecycle: Lifecycle;
  /** Mails that people ask for once more; left out: such jobs wait for an outbox that has it. */
  readonly sendAgain?: (asked: AskedAgain) => Promise<void>;
  /** Judges the clicks of a mail that were held. Absent: they wait for an outbox that does. */
  readonly judgeHits?: (sendId: string) => Promise<void>;
  readonly concurrency?: number;
  readonly onError?: (error: Error) => void;
}

/** How often jobs of killed processes are looked for, beside the start. */
const FREE_EVERY_MS = 30_000;

/**
 * Carries jobs from the database to Temporal, at least once. While Temporal is down jobs wait with growing delays (2.7 times
 * longer each, from 2.7 s); nothing is lost. Jobs that a killed process had taken are taken over.
 */
export async function startOutbox(options: OutboxOptions): Promise<Outbox> {
  const { databaseUrl, onError = () => undefined } = options;
  // a pool of our own: run() would still be closing its own when stop() has resolved
  const pgPool = new Pool({ connectionString: databaseUrl, max: 5 });
  pgPool.on('error', onError);
  pgPool.on('connect', (client) => client.on('error', onError));
  await freeAbandoned(pgPool);
  const alive = sessionsOfHolders(pgPool, onError);
  const runner = await startRunner(options, { pgPool, events: alive.events });
  const freeing = setInterval(() => void freeAbandoned(pgPool).catch(onError), FREE_EVERY_MS).unref();
  return {
    async stop() {
      clearInterval(freeing);
      await runner.stop();
      await alive.end();
      await pgPool.end();
    },
  };
}

/** Every group of workers that takes jobs is marked as alive, under the name that it writes on its jobs. */
function sessionsOfHolders(pgPool: Pool, onError: (error: Error) => void) {
  const events: WorkerEvents = new EventEmitter();
  const sessions: Promise<PoolClient | undefined>[] = [];
  events.on('pool:create', ({ workerPool }) => {
    sessions.push(
      markAlive(pgPool, workerPool.id).catch((error: Error) => {
        onError(error);
        return undefined;
      }),
    );
  });
  return {
    events,
    async end() {
      for (const session of await Promise.all(sessions)) session?.release(true);
    },
  };
}

function startRunner(
  { lifecycle, sendAgain, judgeHits, concurrency = 10, onError = () => undefined }: OutboxOptions,
  { pgPool, events }: { readonly pgPool: Pool; readonly events: WorkerEvents },
) {
  return run({
    pgPool,
    events,
    concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    parsedCronItems: [],
    logger: new Logger(() => (level, message) => (level === 'error' ? onError(new Error(message)) : undefined)),
    preset: { worker: { localQueue: { size: 200 }, completeJobBatchDelay: 5, failJobBatchDelay: 5 } },
    taskList: {
      start_journey: (payload) => lifecycle.startJourney(startPayload.parse(payload).journeyId),
      restart_journey: (payload) => lifecycle.restartJourney(startPayload.parse(payload).journeyId),
      poke: (payload) => {
        const { workflow, seq } = pokePayload.parse(payload);
        return lifecycle.poke(workflow, seq);
      },
      ...(sendAgain ? { send_again: (payload) => sendAgain(againPayload.parse(payload)) } : {}),
      ...(judgeHits ? { judge_hits: (payload: unknown) => judgeHits(judgePayload.parse(payload).sendId) } : {}),
    },
  });
}
