import { setTimeout as after } from 'node:timers/promises';
import { MAIL_LIMITS } from '../domain/delivery/time-limits';
import { failure } from '../domain/errors';

/** What one look at a send led to. */
export type Round<T> =
  | { readonly type: 'done'; readonly result: T }
  /** Another worker has it, for so long unless it gives a sign of life (ms). */
  | { readonly type: 'busy'; readonly leftMs: number }
  /** It was taken away while it was tried. */
  | { readonly type: 'lost' };

const SHORTEST_MS = 20;
const LONGEST_MS = 1_000;

/**
 * Looks again and again until the send is settled. It waits here, in real time, and not by failing: where time is skipped, the
 * pause before a retry would pass at once, and the journey's clock would run ahead. Throws VIV_SEND_BUSY.
 */
export async function untilDone<T>(
  sendId: string,
  look: (waitedMs: number) => Promise<Round<T>>,
  patienceMs: number = MAIL_LIMITS.busyMs,
): Promise<T> {
  let pauseMs = SHORTEST_MS;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pauseMs) {
    const round = await look(waitedMs);
    if (round.type === 'done') return round.result;
    pauseMs = Math.min(2 * pauseMs, LONGEST_MS, round.type === 'busy' ? round.leftMs + SHORTEST_MS : LONGEST_MS);
    await after(pauseMs);
  }
  throw failure('VIV_SEND_BUSY', { send: sendId });
}
