import { Client } from 'pg';
import { type Pg, startTempPostgres } from '../../src/runtime/postgres/embedded';
import { migrate } from '../../src/store/migrate';
import { migrateOutbox } from '../../src/store/outbox-schema';

export const TEMPLATE = 'viveiro_template';
let postgres: Pg | undefined;

export async function startTestServers(): Promise<void> {
  postgres = await startTempPostgres();
  process.env.TEST_POSTGRES = postgres.url(); // test workers inherit it
  const client = new Client(postgres.url());
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(postgres.url(TEMPLATE));
  await migrateOutbox(postgres.url(TEMPLATE));
  await client.query(`ALTER DATABASE ${TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  await client.end();
}

export async function stopTestServers(): Promise<void> {
  await postgres?.stop();
}
