import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { type Config, readConfig } from '../../src/runtime/config';
import { answers } from '../../src/runtime/free-port';
import { runningPostmaster } from '../../src/runtime/postgres/postmaster';
import { runningSystem } from '../../src/runtime/running';
import { type Progress, startSystem } from '../../src/runtime/system';
import { testDatabase } from '../support/database';

const database = testDatabase();
let config: Config;
beforeEach(() => {
  config = readConfig({ ...process.env, VIVEIRO_DATA_DIR: mkdtempSync(path.join(tmpdir(), 'viveiro-system-')) });
});
afterEach(() => rmSync(config.dataDir, { recursive: true }));

const portOf = (address: string) => Number(new URL(address.includes('//') ? address : `tcp://${address}`).port);

test('everything starts, answers, is announced, and is gone after the stop', async () => {
  const heard: Progress[] = [];
  const system = await startSystem(config, { onProgress: (progress) => heard.push(progress), environment: {} });
  const ports = [system.databaseUrl, system.temporal?.address ?? '', system.inbox?.url ?? '', system.smtpUrl ?? ''].map(
    portOf,
  );
  expect(await Promise.all(ports.map((port) => answers(port)))).toEqual([true, true, true, true]);
  expect(runningSystem(config.dataDir)).toMatchObject({ databaseUrl: system.databaseUrl, inboxUrl: system.inbox?.url });
  const ready = heard.filter(({ state }) => state === 'ready').map(({ part }) => part);
  expect([ready[0], ready.slice(1, 3).sort(), ready[3]]).toEqual(['data folder', ['PostgreSQL', 'Temporal'], 'inbox']);
  await expect(startSystem(config)).rejects.toMatchObject({
    code: 'VIV_DATA_IN_USE',
    message: expect.stringContaining(`process ${process.pid}, since 20`),
  });
  await system.stop();
  expect(await Promise.all(ports.map((port) => answers(port)))).toEqual([false, false, false, false]);
  expect(runningSystem(config.dataDir)).toBeUndefined();
});

test('the inbox is for this machine alone, wherever the API listens: it shows mails with their links', async () => {
  const system = await startSystem({ ...config, host: '0.0.0.0' }, { without: ['Temporal'] });
  const url = new URL(system.inbox?.url ?? '');
  expect((await fetch(url)).status).toBe(200);
  url.hostname = '127.0.0.2'; // another address of this machine
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await system.stop();
});

test('data is there after a stop and a start, and so is the key of links', async () => {
  const first = await startSystem(config, { without: ['Temporal', 'inbox'] });
  const { linkSecret } = first;
  await query(first.databaseUrl, 'CREATE TABLE kept (n int)');
  await first.stop();
  const second = await startSystem(config, { without: ['Temporal', 'inbox'] });
  expect(await query(second.databaseUrl, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  expect(second.linkSecret).toBe(linkSecret);
  await second.stop();
});

test('when one part cannot start, the others are stopped and the folder is free again', async () => {
  const unreachable = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'default' };
  await expect(startSystem(config, { environment: unreachable })).rejects.toMatchObject({
    code: 'VIV_TEMPORAL_UNREACHABLE',
  });
  const system = await startSystem(config, { without: ['Temporal', 'inbox'] });
  await system.stop();
});

test('a database that does not answer is named without its password', async () => {
  const databaseUrl = 'postgresql://me:hush@127.0.0.1:1/mine';
  const starting = startSystem({ ...config, databaseUrl }, { without: ['Temporal', 'inbox'] });
  await expect(starting).rejects.toMatchObject({
    code: 'VIV_POSTGRES_FAILED',
    message: expect.stringMatching(/^(?!.*hush).*127\.0\.0\.1:1\/mine/),
  });
});

test('a killed PostgreSQL is reported, and the next start recovers', async () => {
  const first = await startSystem(config, { without: ['Temporal', 'inbox'] });
  await query(first.databaseUrl, 'CREATE TABLE kept (n int)');
  process.kill(runningPostmaster(first.folder.file('postgres'))?.pid ?? Number.NaN, 'SIGKILL');
  expect(await first.failed).toMatchObject({
    code: 'VIV_PART_ENDED',
    message: expect.stringMatching(/^PostgreSQL has ended/),
  });
  await first.stop();
  const second = await startSystem(config, { without: ['Temporal', 'inbox'] });
  expect(await query(second.databaseUrl, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  await second.stop();
});

test('servers of others are used where they are named, and nothing of ours is started', async () => {
  const smtpUrl = 'smtp://relay.example.test';
  const environment = { TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL };
  const system = await startSystem({ ...config, databaseUrl: database.url, smtpUrl }, { environment });
  expect(system).toMatchObject({ databaseUrl: database.url, smtpUrl, inbox: undefined });
  expect(system.temporal?.address).toBe(process.env.TEST_TEMPORAL);
  expect(readdirSync(config.dataDir).sort()).toEqual(['link-secret', 'lock', 'running.json']);
  await system.stop();
  expect(readdirSync(config.dataDir)).toEqual(['link-secret']);
  expect(await query(database.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
