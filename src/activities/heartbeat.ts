import { asyncLocalStorage } from '@temporalio/activity';

const BEAT_MS = 1000;

/** Tells Temporal each second that this activity is alive, so that a dead worker's work is taken over within its heartbeat timeout. */
export async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = asyncLocalStorage.getStore(); // none when it is called as a plain function
  const timer = setInterval(() => context?.heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
