import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { Prisma } from '../generated/prisma/client';

/** A statement as a tagged template, or as one made before: values are always parameters. */
type Statement = TemplateStringsArray | Prisma.Sql;

/** What a transaction and the database have in common: statements, spelt as Prisma spells them. */
export interface Raw {
  /** Rows as PostgreSQL gives them: bigint and numeric as text, unless the statement casts them. */
  $queryRaw<T = unknown>(statement: Statement, ...values: readonly unknown[]): Promise<T>;
  /** How many rows it concerned. */
  $executeRaw(statement: Statement, ...values: readonly unknown[]): Promise<number>;
}

const names = new Map<string, string>();
const MOST_NAMES = 2_000;

/** Named statements are planned once per connection: 1.2 to 1.8 times faster on small queries. */
export function statementName(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = createHash('sha1').update(sql).digest('base64url');
  if (names.size < MOST_NAMES) names.set(sql, name);
  return name;
}

/** Statements on one connection, in order; on a pool, each on whichever connection is free. */
export function onSession(client: Pool | PoolClient): Raw {
  const run = (statement: Statement, values: readonly unknown[]) => {
    const sql = statement instanceof Prisma.Sql ? statement : Prisma.sql(statement, ...values);
    const { text } = sql;
    return client.query({ name: statementName(text), text, values: sql.values });
  };
  return {
    // PostgreSQL says what it has; what that is, each statement's author says
    $queryRaw: async <T>(statement: Statement, ...values: readonly unknown[]) =>
      (await run(statement, values)).rows as T,
    $executeRaw: async (statement, ...values) => (await run(statement, values)).rowCount ?? 0,
  };
}
