import { Client } from 'pg';

/** Every row of every table of a database but those left out, in a fixed order: what must be the same before and after. */
export async function everythingIn(url: string, leftOut: readonly string[] = []): Promise<unknown> {
  const client = new Client(url);
  await client.connect();
  const { rows: tables } = await client.query(
    `SELECT schemaname, tablename FROM pg_tables
     WHERE schemaname IN ('public', 'graphile_worker') AND tablename <> ALL($1) ORDER BY 1, 2`,
    [[...leftOut]],
  );
  const all: unknown[] = [];
  for (const { schemaname, tablename } of tables) {
    const { rows } = await client.query(
      `SELECT to_jsonb(t) AS row FROM ${schemaname}.${tablename} t ORDER BY to_jsonb(t)::text`,
    );
    all.push([tablename, rows]);
  }
  await client.end();
  return all;
}
