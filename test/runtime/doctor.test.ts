import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, readConfig } from '../../src/runtime/config';
import { openDataFolder } from '../../src/runtime/data-folder';
import { examine } from '../../src/runtime/doctor';

let config: Config;
beforeEach(() => {
  config = readConfig({ ...process.env, VIVEIRO_DATA_DIR: mkdtempSync(path.join(tmpdir(), 'viveiro-doctor-')) });
});
afterEach(() => rmSync(config.dataDir, { recursive: true }));

const temporal = { TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL };

test('a machine that can run the tests lacks nothing', async () => {
  const findings = await examine(config, { PATH: process.env.PATH });
  expect(findings.map(({ name, status }) => [name, status])).toEqual(
    ['Node', 'PostgreSQL', 'Temporal', 'data folder', 'ports', 'disk', 'mail', 'mail records'].map((name) => [
      name,
      'ok',
    ]),
  );
});

test('servers of others are asked whether they answer', async () => {
  const [, postgres, server] = await examine({ ...config, databaseUrl: process.env.TEST_POSTGRES }, temporal);
  expect([postgres?.detail, server?.detail]).toEqual([
    expect.stringMatching(/^postgresql:.* answers$/),
    `${process.env.TEST_TEMPORAL}, namespace default, answers`,
  ]);
  const unreachable = { ...config, databaseUrl: 'postgresql://127.0.0.1:1/x' };
  const [, missing] = await examine(unreachable, temporal);
  expect(missing).toMatchObject({ status: 'missing', detail: expect.stringContaining('Check VIVEIRO_DATABASE_URL') });
});

test('a held folder, a taken port and a relay without a sender are pointed out', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  const folder = await openDataFolder(config.dataDir);
  const findings = await examine({ ...config, apiPort: port, smtpUrl: 'smtp://me:hush@mail.example.test' }, temporal);
  const warnings = findings.filter(({ status }) => status === 'warning').map(({ detail }) => detail);
  expect(warnings).toEqual([
    expect.stringContaining(`in use by process ${process.pid}`),
    `in use: apiPort ${port}`,
    'relay smtp://me:***@mail.example.test, not signed here, but VIVEIRO_MAIL_FROM and VIVEIRO_PUBLIC_URL not set',
    expect.stringMatching(/^SPF of viveiro\.example: /), // whatever a name server says of it
  ]);
  folder.close();
  server.close();
});
