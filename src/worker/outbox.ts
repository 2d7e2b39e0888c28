import { setTimeout as after } from 'node:timers/promises';
import { type Group, type GroupOptions, startGroup } from './outbox-group';

export interface Outbox {
  stop(): Promise<void>;
}

export interface OutboxOptions extends GroupOptions {
  readonly databaseUrl: string;
}

/** Until the workers are begun anew after they were cut off; twice as long after each try that fails. */
const AGAIN_MS = 250;
const LONGEST_MS = 10_000;

/**
 * Carries jobs from the database to Temporal, at least once. While Temporal is down jobs wait with growing delays (2.7 times
 * longer each, from 2.7 s); nothing is lost. Jobs that a killed process had taken are taken over. While the database is down it waits for
 * it, and goes on. INV-OUTBOX-GOES-ON
 */
export async function startOutbox(options: OutboxOptions): Promise<Outbox> {
  const { databaseUrl, onError = () => undefined } = options;
  const begin = () => startGroup(options, databaseUrl);
  const stopping = new AbortController();
  const going = keepGoing(await begin(), { begin, onError, signal: stopping.signal });
  return {
    async stop() {
      stopping.abort();
      await going;
    },
  };
}

interface Going {
  readonly begin: () => Promise<Group>;
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** One group after the other: each ends when the database cuts it off, the last one when that is asked for. */
async function keepGoing(first: Group, going: Going): Promise<void> {
  const isAsked = new Promise((resolve) => going.signal.addEventListener('abort', resolve, { once: true }));
  for (let group: Group | undefined = first; group; group = await next(going)) {
    await Promise.race([group.isOver, isAsked]);
    await group.stop();
  }
}

/** Tries until there is one; undefined: it is asked to stop. */
async function next({ begin, onError, signal }: Going): Promise<Group | undefined> {
  for (let waitMs = AGAIN_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_MS)) {
    await after(waitMs, undefined, { signal }).catch(() => undefined); // woken early: it is asked to stop
    if (signal.aborted) return undefined;
    try {
      return await begin();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return undefined;
}
