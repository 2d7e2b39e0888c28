import { Client } from 'pg';

/** Every row of every table of a database but those left out, in a fixed order: what must be the same before and after. */
export async function everythingIn(url: string, leftOut: readonly string[] = []): Promise<unknown> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; ref: string }>(
      `SELECT tablename AS name, format('%I.%I', schemaname, tablename) AS ref FROM pg_tables
       WHERE schemaname IN ('public', 'graphile_worker') AND tablename <> ALL($1) ORDER BY schemaname, tablename`,
      [[...leftOut]],
    );
    // one statement: everything as it is at one moment
    const columns = tables.map(
      ({ ref }) => `(SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text), '[]') FROM ${ref} t)`,
    );
    const { rows } = await client.query({ text: `SELECT ${columns.join(', ')}`, rowMode: 'array' });
    return tables.map(({ name }, index) => [name, rows[0]?.[index]]);
  } finally {
    await client.end();
  }
}
