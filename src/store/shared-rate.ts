import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx } from './db';

/** A portion of what a sender may still do, for one process alone. */
export interface Portion {
  /** How much; 0: nothing is left. */
  readonly given: number;
  /** How long (ms) until there is some again. */
  readonly waitMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Takes up to `most` of what a sender has left: `perMinute` at once, and then as much in each minute, whatever process asks. One
 * statement, so that two which ask at once are answered one after the other. `sender`: a hash, nobody's address.
 */
export async function takePortion(
  db: Db,
  o: { readonly sender: string; readonly perMinute: number; readonly most: number; readonly now: Instant },
): Promise<Portion> {
  const { sender, perMinute, most, now } = o;
  const at = new Date(now);
  const first = Math.min(most, perMinute);
  const passedMs = Prisma.sql`greatest(0, extract(epoch FROM excluded.at - r.at)::float8 * 1000)`;
  const filled = Prisma.sql`least(${perMinute}::float8, r.tokens + ${passedMs} * ${perMinute}::float8 / ${MINUTE_MS}::float8)`;
  const given = Prisma.sql`least(${most}::float8, floor(${filled}))`;
  const [row] = await db.$queryRaw<{ given: number; tokens: number }[]>`
    INSERT INTO rate AS r (sender, tokens, given, at) VALUES (${sender}, ${perMinute - first}, ${first}, ${at})
    ON CONFLICT (sender) DO UPDATE SET tokens = ${filled} - ${given}, given = ${given}, at = greatest(r.at, excluded.at)
    RETURNING given, tokens`;
  const { given: got = 0, tokens = 0 } = row ?? {};
  return { given: got, waitMs: Math.max(0, Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute)) };
}

/** Forgets some thousand senders who have all of it again. Answers how many: 0 when none is left. */
export async function forgetSenders(tx: Tx, now: Instant): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM rate WHERE sender IN (SELECT sender FROM rate WHERE at < ${new Date(now - MINUTE_MS)} LIMIT 5000)`;
}
