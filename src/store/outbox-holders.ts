import type { Pool, PoolClient } from 'pg';

/** Tells that a process that takes jobs is alive, for as long as its session lasts: a dead one lets go without a word. */
const lockOf = 'hashtextextended($1, 0)';
const nameOf = (holder: string): string => `outbox holder ${holder}`;

/** Marks a holder of jobs as alive, on a session of its own. Release the client to end that. */
export async function markAlive(pool: Pool, holder: string): Promise<PoolClient> {
  const client = await pool.connect();
  try {
    await client.query(`SELECT pg_advisory_lock_shared(${lockOf})`, [nameOf(holder)]);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Gives back the jobs of holders that are no more (killed, or cut off from the database), which would otherwise lie for four
 * hours. Answers those holders. A holder that has just begun may be taken for dead: its jobs are then done twice, which they bear.
 */
export async function freeAbandoned(pool: Pool): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ holder: string }>(
      'SELECT DISTINCT locked_by AS holder FROM graphile_worker.jobs WHERE locked_by IS NOT NULL',
    );
    const dead: string[] = [];
    for (const { holder } of rows) {
      // exclusive against shared: it is ours exactly if nobody alive has it
      const { rows: tried } = await client.query<{ free: boolean }>(`SELECT pg_try_advisory_lock(${lockOf}) AS free`, [
        nameOf(holder),
      ]);
      if (!tried[0]?.free) continue;
      await client.query(`SELECT pg_advisory_unlock(${lockOf})`, [nameOf(holder)]);
      dead.push(holder);
    }
    if (dead.length > 0) await client.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [dead]);
    return dead;
  } finally {
    client.release();
  }
}
