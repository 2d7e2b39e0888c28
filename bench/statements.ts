import { Client } from 'pg';

const OUTBOX = /graphile_worker/;

/**
 * Statements that reach PostgreSQL from this process while `work` runs, transaction control included. The outbox's own polling
 * is left out: it goes on whatever journeys do.
 */
export async function countStatements(work: () => Promise<void>): Promise<number> {
  const original = Client.prototype.query;
  let count = 0;
  Client.prototype.query = function counted(this: Client, ...args: unknown[]) {
    if (!OUTBOX.test(textOf(args[0]))) count += 1;
    return Reflect.apply(original, this, args);
  } as typeof original; // the same overloads, passed through
  try {
    await work();
    return count;
  } finally {
    Client.prototype.query = original;
  }
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}
