import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { readConfig } from '../../src/runtime/config';
import { answers } from '../../src/runtime/free-port';
import { type Pg, startTempPostgres } from '../../src/runtime/postgres/embedded';
import type { TemporalServer } from '../../src/runtime/temporal/server';
import { startTempTemporal } from '../../src/runtime/temporal/temporary';
import { migrate } from '../../src/store/migrate';
import { migrateOutbox } from '../../src/store/outbox-schema';
import { type Leaks, watchForLeaks } from './leaks';
import { TEMPLATE } from './template-database';

interface Started {
  readonly postgres: Pg;
  readonly temporal: TemporalServer;
  readonly leaks: Leaks;
}
let started: Started | undefined;

/** Boots PostgreSQL and Temporal for all test files. They end with this process, however it ends. */
export async function startTestServers(): Promise<void> {
  const leaks = watchForLeaks();
  const [postgres, temporal] = await Promise.all([
    startPostgresWithTemplate(),
    startTempTemporal(readConfig(process.env)),
  ]);
  started = { postgres, temporal, leaks };
  // test workers inherit these
  process.env.VIVEIRO_DATA_DIR = path.join(tmpdir(), 'no-data-folder'); // not that of whoever runs the tests
  process.env.TEST_POSTGRES = postgres.url();
  process.env.TEST_TEMPORAL = temporal.address;
}

async function startPostgresWithTemplate(): Promise<Pg> {
  const postgres = await startTempPostgres();
  const client = new Client(postgres.url());
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(postgres.url(TEMPLATE));
  await migrateOutbox(postgres.url(TEMPLATE));
  await client.query(`ALTER DATABASE ${TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  await client.end();
  return postgres;
}

/** Stops both, and answers what the whole run has left behind, in words. */
export async function stopTestServers(): Promise<readonly string[]> {
  if (!started) return [];
  const { postgres, temporal, leaks } = started;
  const databases = await databasesLeft(postgres);
  await Promise.all([postgres.stop(), temporal.stop()]);
  const ports = await Promise.all(
    [postgres.port, temporal.port].map(async (port) => ((await answers(port)) ? [`port ${port} still answers`] : [])),
  );
  const folder = path.dirname(postgres.dataDir);
  return [...databases, ...ports.flat(), ...(existsSync(folder) ? [`folder ${folder}`] : []), ...(await leaks.left())];
}

/** Each test file drops its own database. */
async function databasesLeft(postgres: Pg): Promise<readonly string[]> {
  const client = new Client(postgres.url());
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'",
  );
  await client.end();
  return rows.map(({ datname }) => `database ${datname}`);
}
