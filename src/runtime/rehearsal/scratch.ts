import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { failure } from '../../domain/errors';
import { MIGRATIONS, migrate } from '../../store/migrate';
import { migrateOutbox } from '../../store/outbox-schema';

/** The URL of another database on the same server. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Changes with every migration, so that an old template is never used for a new schema. */
function templateName(): string {
  const names = readdirSync(MIGRATIONS).sort().join();
  return `viveiro_template_${createHash('sha256').update(names).digest('hex').slice(0, 12)}`;
}

async function asAdmin<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const exists = async (client: Client, database: string) =>
  (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])).rowCount === 1;

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Makes an empty, migrated database for a rehearsal, copied from a template that is made once per schema. Throws
 * VIV_NO_CREATEDB.
 */
export async function createScratch(url: string, database: string): Promise<string> {
  try {
    return await create(url, database);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw failure('VIV_NO_CREATEDB', { user: new URL(url).username }, error);
  }
}

async function create(url: string, database: string): Promise<string> {
  const template = templateName();
  await asAdmin(url, async (client) => {
    // one at a time: a template in the making must not be copied
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    if (!(await exists(client, template))) await makeTemplate(client, url, template);
    if (!(await exists(client, database))) await client.query(`CREATE DATABASE "${database}" TEMPLATE "${template}"`);
  });
  return databaseUrl(url, database);
}

async function makeTemplate(client: Client, url: string, template: string): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`DROP DATABASE IF EXISTS "${draft}" WITH (FORCE)`);
  await client.query(`CREATE DATABASE "${draft}"`);
  await migrate(databaseUrl(url, draft));
  await migrateOutbox(databaseUrl(url, draft));
  await client.query(`ALTER DATABASE "${draft}" RENAME TO "${template}"`);
}

export function dropScratch(url: string, database: string): Promise<unknown> {
  return asAdmin(url, (client) => client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`));
}
