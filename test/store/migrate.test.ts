import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { MIGRATIONS, migrate } from '../../src/store/migrate';

const admin = new Client(process.env.TEST_POSTGRES);
const name = `t_${randomBytes(6).toString('hex')}`;
const url = new URL(process.env.TEST_POSTGRES ?? 'postgres://nowhere');
url.pathname = `/${name}`;
let folder: string;
const all = readdirSync(MIGRATIONS, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

beforeAll(() => admin.connect());
afterAll(() => admin.end());
beforeEach(async () => {
  await admin.query(`CREATE DATABASE ${name}`);
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
});
afterEach(async () => {
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  rmSync(folder, { recursive: true });
});

function add(migration: string, sql: string): void {
  mkdirSync(path.join(folder, migration), { recursive: true });
  writeFileSync(path.join(folder, migration, 'migration.sql'), sql);
}
const run = () => migrate(url.href, folder);

async function query(sql: string): Promise<readonly object[]> {
  const client = new Client(url.href);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

test('applies all of them in order, each once', async () => {
  expect(await run()).toEqual(all);
  expect(await run()).toEqual([]);
  const rows = await query('SELECT migration_name, applied_steps_count FROM _prisma_migrations ORDER BY started_at');
  expect(rows).toEqual(all.map((migration) => ({ migration_name: migration, applied_steps_count: 1 })));
});

test('ten processes at once apply each migration once', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, run));
  expect(answers.filter(({ length }) => length > 0)).toEqual([all]);
});

test('a migration that fails leaves nothing, names file and line, and is applied once it is mended', async () => {
  await run();
  add('99990101000000_next', 'CREATE TABLE kept (id int);\nINSERT INTO nowhere VALUES (1);');
  await expect(run()).rejects.toThrow('99990101000000_next/migration.sql:2: relation "nowhere" does not exist (42P01)');
  expect(await query("SELECT 1 FROM pg_tables WHERE tablename = 'kept'")).toEqual([]);
  add('99990101000000_next', 'CREATE TABLE kept (id int);');
  expect(await run()).toEqual(['99990101000000_next']);
});

test('refusals that forms and inbound had counted apart are counted in one place afterwards', async () => {
  const joining = '20261130180000_refusals_in_one_place';
  const later = all.slice(all.indexOf(joining));
  for (const migration of later) rmSync(path.join(folder, migration), { recursive: true });
  await run();
  await query("INSERT INTO form_refusal VALUES ('2026-11-29', 'course', 'VIV_TOO_MANY', 3)");
  await query(`INSERT INTO inbound_refusal VALUES ('2026-11-29', 'VIV_HOOK_UNSIGNED', 4), ('2026-11-29', 'VIV_SOURCE_UNSIGNED', 5),
    ('2026-11-30', 'VIV_INBOUND_FORGED', 6)`);
  cpSync(MIGRATIONS, folder, { recursive: true });
  expect(await run()).toEqual(later);
  expect(await query('SELECT day, kind, name, code, count::int AS count FROM refusal ORDER BY count')).toEqual([
    { day: '2026-11-29', kind: 'form', name: 'course', code: 'VIV_TOO_MANY', count: 3 },
    { day: '2026-11-29', kind: 'hook', name: '', code: 'VIV_HOOK_UNSIGNED', count: 4 },
    { day: '2026-11-29', kind: 'source', name: '', code: 'VIV_SOURCE_UNSIGNED', count: 5 },
    { day: '2026-11-30', kind: 'mail', name: '', code: 'VIV_INBOUND_FORGED', count: 6 },
  ]);
});

test('a migration that was edited after it was applied is refused', async () => {
  await run();
  add(all[0] ?? '', 'SELECT 1;');
  await expect(run()).rejects.toThrow(`migration ${all[0]} was edited after it was applied`);
});

test('a database that is newer than the program is refused', async () => {
  add('99990101000000_next', 'CREATE TABLE kept (id int);');
  await run();
  rmSync(path.join(folder, '99990101000000_next'), { recursive: true });
  await expect(run()).rejects.toThrow('the database has migrations unknown here: 99990101000000_next');
});

test('a migration that failed under Prisma’s own command is refused until it is resolved', async () => {
  await run();
  await query("UPDATE _prisma_migrations SET finished_at = NULL, logs = 'it broke'");
  await expect(run()).rejects.toThrow(`migration ${all[0]} failed: see npx prisma migrate resolve\nit broke`);
});
