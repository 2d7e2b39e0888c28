import { setTimeout as after } from 'node:timers/promises';
import type { FinalReply } from '../domain/send/delivery';
import { aside, type Db, type Tx } from './db';
import type { Claim } from './send-ledger';

/** Keeps final replies safe while the transactions that settle their sends wait for their turn. */
export interface ReplyNotes {
  /**
   * Settles a send whose server has replied. Where that takes a while, the reply is noted meanwhile: if this process dies before the
   * send is settled, whoever takes over settles it by the reply, and there is no doubt.
   */
  whileSettling<T>(claim: Claim, reply: FinalReply, settle: () => Promise<T>): Promise<T>;
}

/** Sends that are settled by then need no note. */
const GATHER_MS = 2;

/**
 * Notes go out on a connection of their own, all that are waiting in one statement: however many transactions queue, a reply is
 * safe within some milliseconds. A note that fails leaves things as they would be without it.
 */
export function createReplyNotes(db: Db): ReplyNotes {
  const waiting = new Map<string, Note>();
  let isFlushing = false;
  const flush = async () => {
    isFlushing = true;
    await after(GATHER_MS);
    while (waiting.size > 0) {
      const notes = [...waiting.values()];
      waiting.clear();
      await noteReplies(aside(db), notes).catch(() => undefined);
    }
    isFlushing = false;
  };
  return {
    async whileSettling({ sendId, token }, reply, settle) {
      waiting.set(token, { sendId, token, reply });
      if (!isFlushing) flush().catch(() => undefined); // it catches all that may go wrong
      try {
        return await settle();
      } finally {
        waiting.delete(token);
      }
    },
  };
}

export interface Note {
  readonly sendId: string;
  readonly token: string;
  readonly reply: FinalReply;
}

/** Notes final replies, each for as long as its claim holds. Rows that are being settled are left to whoever does it. */
export async function noteReplies(db: Tx, notes: readonly Note[]): Promise<void> {
  await db.$executeRaw`
    UPDATE send s SET heard = n.reply FROM (
      SELECT s.id, n.token, n.reply
      FROM json_to_recordset(${JSON.stringify(notes)}::json) AS n("sendId" uuid, token uuid, reply jsonb)
        JOIN send s ON s.id = n."sendId" AND s.lease_token = n.token AND s.status = 'dispatching'
      FOR UPDATE OF s SKIP LOCKED) AS n
    WHERE s.id = n.id AND s.lease_token = n.token AND s.status = 'dispatching'`;
}
