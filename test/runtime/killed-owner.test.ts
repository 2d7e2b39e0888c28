import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client as TemporalClient } from '@temporalio/client';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';
import { readConfig } from '../../src/runtime/config';
import { answers } from '../../src/runtime/free-port';
import { waitUntil } from '../../src/runtime/processes';
import { startSystem } from '../../src/runtime/system';
import { connectTo } from '../../src/runtime/temporal/connect';

const ROOT = path.resolve(__dirname, '../..');
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-killed-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

async function startOwner() {
  const owner = spawn(process.execPath, [path.join(ROOT, 'test/support/system-owner.cjs')], {
    cwd: ROOT,
    env: { ...process.env, VIVEIRO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  const addresses: { databaseUrl: string; temporal: string; smtpUrl: string } = JSON.parse(String(line));
  return { owner, ...addresses };
}

test('when the owner is killed its servers end, and the next start finds all that was acknowledged', async () => {
  const { owner, databaseUrl, temporal, smtpUrl } = await startOwner();
  await changeDatabase(databaseUrl);
  await startWorkflow(temporal);
  await createTransport(smtpUrl).sendMail({
    from: 'a@example.test',
    to: 'b@example.test',
    messageId: '<kept@example.test>',
  });
  owner.kill('SIGKILL');
  const ports = [databaseUrl, `tcp://${temporal}`].map((address) => Number(new URL(address).port));
  const areGone = async () => !(await Promise.all(ports.map((port) => answers(port)))).includes(true);
  expect(await waitUntil(areGone, 10_000)).toBe(true);

  const system = await startSystem(readConfig({ ...process.env, VIVEIRO_DATA_DIR: dataDir }), { environment: {} });
  const client = new Client(system.databaseUrl);
  await client.connect();
  expect((await client.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  await client.end();
  const { connection } = system.temporal ?? {};
  const handle = new TemporalClient({ connection }).workflow.getHandle('kept');
  expect((await handle.describe()).status.name).toBe('RUNNING');
  expect(system.inbox?.store.messageIds()).toEqual(['<kept@example.test>']);
  await system.stop();
});

async function changeDatabase(url: string): Promise<void> {
  const client = new Client(url);
  client.on('error', () => undefined); // the server is about to be killed
  await client.connect();
  await client.query('CREATE TABLE kept AS SELECT 1 AS n');
}

async function startWorkflow(address: string): Promise<void> {
  const temporal = await connectTo({ address }, 'default');
  const client = new TemporalClient({ connection: temporal.connection });
  await client.workflow.start('nothing', { workflowId: 'kept', taskQueue: 'nobody' });
  await temporal.close();
}
