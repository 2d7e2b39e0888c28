import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { connect, type Db, disconnect } from '../../src/store/db';
import { TEST_KEYS } from './keys';
import { TEMPLATE } from './template-database';

export interface TestDatabase {
  readonly url: string;
  readonly db: Db;
}

/** A fresh migrated database for one test file: made before its tests, dropped after them. */
export function testDatabase(max = 5): TestDatabase {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const admin = new Client(process.env.TEST_POSTGRES);
  const context: { url: string; db: Db } = { url: '', db: undefined as never }; // set before the first test
  beforeAll(async () => {
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`);
    const url = new URL(process.env.TEST_POSTGRES ?? '');
    url.pathname = `/${name}`;
    context.url = url.href;
    context.db = connect(context.url, max, TEST_KEYS);
  });
  afterAll(async () => {
    if (context.db) await disconnect(context.db);
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  });
  return context;
}
