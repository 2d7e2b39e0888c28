import { Client } from 'pg';
import { failure } from '../../domain/errors';
import { migrate } from '../../store/migrate';
import { migrateOutbox } from '../../store/outbox-schema';
import { type Config, withoutPassword } from '../config';
import type { DataFolder } from '../data-folder';
import { type Pg, startPostgres } from './server';

/** The database, ours or another's. */
export interface Database {
  readonly url: string;
  /** Of the embedded server: resolves when it has ended, however. */
  readonly ended: Promise<void> | undefined;
  stop(): Promise<void>;
}

export interface DatabaseDeps {
  readonly config: Config;
  readonly folder: DataFolder;
  /** False: faster, and still safe against kill -9, but not against a loss of power. For demos. */
  readonly survivesPowerLoss: boolean;
}

const NAME = 'viveiro';
const CONNECT_LIMIT_MS = 10_000;

/** Connects to VIVEIRO_DATABASE_URL, else starts the embedded server. Throws VIV_POSTGRES_FAILED and VIV_PORT_IN_USE. */
export async function openDatabase({ config, folder, survivesPowerLoss }: DatabaseDeps): Promise<Database> {
  if (config.databaseUrl) {
    await checkDatabase(config.databaseUrl);
    return { url: config.databaseUrl, ended: undefined, stop: async () => undefined };
  }
  const server = await startPostgres({
    dataDir: folder.file('postgres'),
    logFile: folder.file('postgres.log'),
    port: config.postgresPort,
    flags: ['-c', 'max_connections=200', ...(survivesPowerLoss ? [] : ['-F'])],
  });
  return { url: await withDatabase(server), ended: server.ended, stop: () => server.stop() };
}

async function withDatabase(server: Pg): Promise<string> {
  try {
    const client = new Client(server.url());
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
    await client.end();
    return server.url(NAME);
  } catch (error) {
    await server.stop();
    throw failure('VIV_POSTGRES_FAILED', { problem: String(error) }, error);
  }
}

/** Throws VIV_POSTGRES_FAILED when VIVEIRO_DATABASE_URL does not answer. */
export async function checkDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    const problem = `${withoutPassword(url)} does not answer: ${String(error)}. Check VIVEIRO_DATABASE_URL.`;
    throw failure('VIV_POSTGRES_FAILED', { problem }, error);
  } finally {
    await client.end().catch(() => undefined); // it may never have been open
  }
}

/** Brings the schema up to date. Throws VIV_MIGRATION_FAILED. */
export async function migrateDatabase(url: string): Promise<void> {
  try {
    await migrate(url);
    await migrateOutbox(url);
  } catch (error) {
    throw failure('VIV_MIGRATION_FAILED', { problem: error instanceof Error ? error.message : String(error) }, error);
  }
}
