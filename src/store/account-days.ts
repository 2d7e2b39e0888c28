import { type Place, placeKey } from '../domain/delivery/warm-up';
import type { Tx } from './db';

/** How many places of warm-up plans are taken from a day on, by `placeKey`. */
export async function takenPlaces(tx: Tx, since: string): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ account: string; day: string; taken: number }[]>`
    SELECT account, day::text AS day, taken FROM account_day WHERE day >= ${since}::date`;
  return new Map(rows.map(({ account, day, taken }) => [placeKey(account, day), taken]));
}

/**
 * Takes a place for as long as the transaction does not fail. False: the last one was taken since somebody looked. Whoever takes one
 * holds the day's row until the transaction ends, and takes no second: none waits for another in a circle.
 */
export async function takePlace(tx: Tx, { account, day, most }: Place): Promise<boolean> {
  const count = await tx.$executeRaw`
    INSERT INTO account_day (account, day, taken) VALUES (${account}, ${day}::date, 1)
    ON CONFLICT (account, day) DO UPDATE SET taken = account_day.taken + 1
      WHERE ${most}::int IS NULL OR account_day.taken < ${most}::int`;
  return count === 1;
}

/** A send that waits for a day on which its account has room has its place there. */
export async function promisePlace(tx: Tx, sendId: string, { account, day }: Place): Promise<void> {
  await tx.$executeRaw`
    UPDATE send SET account = ${account}, account_day = ${day}::date WHERE id = ${sendId}::uuid`;
}
