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
async function keepGoing(first: Group, { begin, onError, signal }: Going): Promise<void> {
  const isAsked = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  let group: Group | undefined = first;
  for (let waitMs = AGAIN_MS; ; waitMs = group ? AGAIN_MS : Math.min(2 * waitMs, LONGEST_MS)) {
    if (group) await Promise.race([group.isOver, isAsked]);
    await group?.stop();
    if (signal.aborted) return;
    await after(waitMs, undefined, { signal }).catch(() => undefined); // woken early: it is asked to stop
    if (signal.aborted) return;
    group = await begin().catch((error: Error) => {
      onError(error);
      return undefined;
    });
  }
}
