import type { Socket } from 'node:net';
import { Client } from 'pg';

const OUTBOX = /graphile_worker/;

/**
 * Statements that reach PostgreSQL from this process while `work` runs, transaction control included. The outbox's own polling
 * is left out: it goes on whatever journeys do.
 */
export const countStatements = async (work: () => Promise<void>): Promise<number> =>
  (await countTraffic(work)).statements;

/** The same, with the bytes that went both ways over the connections that sent them. */
export async function countTraffic(
  work: () => Promise<void>,
): Promise<{ readonly statements: number; readonly bytes: number }> {
  const before = new Map<Client, number>();
  const original = Client.prototype.query;
  let count = 0;
  Client.prototype.query = function counted(this: Client, ...args: unknown[]) {
    if (!OUTBOX.test(textOf(args[0]))) count += 1;
    if (!before.has(this)) before.set(this, bytesOf(this));
    return Reflect.apply(original, this, args);
  } as typeof original; // the same overloads, passed through
  try {
    await work();
    const bytes = [...before].reduce((sum, [client, bytesBefore]) => sum + bytesOf(client) - bytesBefore, 0);
    return { statements: count, bytes };
  } finally {
    Client.prototype.query = original;
  }
}

/** Sent and received. */
function bytesOf(client: Client): number {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection; // pg does not type it
  return stream.bytesRead + stream.bytesWritten;
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}
