import { Logger, run } from 'graphile-worker';
import { Pool } from 'pg';
import { z } from 'zod';
import type { Lifecycle } from './lifecycle';

const startPayload = z.object({ journeyId: z.uuid() });
const pokePayload = z.object({ workflow: z.string(), seq: z.number() });

export interface Outbox {
  stop(): Promise<void>;
}

/**
 * Carries jobs from the database to Temporal, at least once. While Temporal is down jobs wait with growing delays (2.7 times
 * longer each, from 2.7 s); nothing is lost.
 */
export async function startOutbox(o: {
  readonly databaseUrl: string;
  readonly lifecycle: Lifecycle;
  readonly concurrency?: number;
  readonly onError?: (error: Error) => void;
}): Promise<Outbox> {
  const { databaseUrl, lifecycle, concurrency = 10, onError = () => undefined } = o;
  // a pool of our own: run() would still be closing its own when stop() has resolved
  const pgPool = new Pool({ connectionString: databaseUrl, max: 4 });
  pgPool.on('error', onError);
  pgPool.on('connect', (client) => client.on('error', onError));
  const runner = await run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    parsedCronItems: [],
    logger: new Logger(() => (level, message) => (level === 'error' ? onError(new Error(message)) : undefined)),
    preset: { worker: { localQueue: { size: 200 }, completeJobBatchDelay: 5, failJobBatchDelay: 5 } },
    taskList: {
      start_journey: (payload) => lifecycle.startJourney(startPayload.parse(payload).journeyId),
      poke: (payload) => {
        const { workflow, seq } = pokePayload.parse(payload);
        return lifecycle.poke(workflow, seq);
      },
    },
  });
  return {
    async stop() {
      await runner.stop();
      await pgPool.end();
    },
  };
}
