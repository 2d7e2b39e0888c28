import { Client } from '@temporalio/client';
import { readConfig } from '../../src/runtime/config';
import { waitUntil } from '../../src/runtime/processes';
import { startWorkerProcess, type WorkerProcess, withDeployment } from '../../src/runtime/worker';
import { ingest } from '../../src/store/ingest';
import { listVersions, promote } from '../../src/worker/versions';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { workflowOf } from '../support/engine';
import { testFiles } from '../support/files';
import { aJourney, anIncoming, aWaitFor, ENDS, published } from '../support/journeys';
import { aNamespace } from '../support/namespace';
import { SALES } from '../support/sales';
import { testTemporal } from '../support/temporal';

const PATIENCE_MS = 20_000;
const files = testFiles();
let worker: WorkerProcess | undefined;
let namespace: string;

// before the servers' own hooks: these run in the order in which they stand
afterAll(() => worker?.stop());
const database = testDatabase();
const temporal = testTemporal();
beforeAll(async () => {
  namespace = await aNamespace(temporal.connection); // its task queue has the name that live ones have
});

const environment = () => ({
  VIVEIRO_DATA_DIR: files.path('none'),
  VIVEIRO_DATABASE_URL: database.url,
  VIVEIRO_SMTP_URL: 'smtp://127.0.0.1:1',
  VIVEIRO_PUBLIC_URL: 'https://viva.example/',
  VIVEIRO_LINK_SECRET: 'x'.repeat(32),
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: namespace,
});

test('a worker of its own, on servers of others, moves journeys once its build is promoted', async () => {
  const config = readConfig(Object.fromEntries(Object.entries(environment()).filter(([name]) => name.startsWith('V'))));
  worker = await startWorkerProcess(config, environment(), { version: { deployment: 'viveiro', buildId: 'b1' } });
  const version = await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });
  const { journeyId, contactId } = await aJourney(database.db, version, { now: Date.now() });
  const deployment = { config, environment: environment(), deployment: 'viveiro' };
  const isPromoted = () =>
    withDeployment(deployment, (server) => promote(server, 'b1')).then(
      () => true,
      () => false,
    );
  expect(await waitUntil(isPromoted, PATIENCE_MS)).toBe(true);
  expect(await withDeployment(deployment, listVersions)).toMatchObject([{ buildId: 'b1', status: 'current' }]);
  await ingest(database.db, SALES, anIncoming(contactId, 'page.viewed'));
  const client = new Client({ connection: temporal.connection, namespace });
  const isStarted = () =>
    client.workflow
      .getHandle(workflowOf(journeyId))
      .describe()
      .then(
        () => true,
        () => false,
      );
  await waitUntil(isStarted, PATIENCE_MS);
  expect(await client.workflow.getHandle(workflowOf(journeyId)).result()).toBe('came');
}, 60_000);

describe('viveiro worker', () => {
  it('lists builds, and refuses to promote one that was never seen', async () => {
    const listed = await viveiro(['worker', 'versions', '--json'], environment());
    expect(JSON.parse(listed.out)).toMatchObject({ deployment: 'viveiro', versions: [{ buildId: 'b1' }] });
    const refused = await viveiro(['worker', 'promote', '--build-id', 'b9'], environment());
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('VIV_WORKER_VERSION') });
  });

  it.each(['VIVEIRO_DATABASE_URL', 'VIVEIRO_LINK_SECRET', 'VIVEIRO_PUBLIC_URL', 'TEMPORAL_ADDRESS'])(
    'asks for %s where nothing runs that would tell',
    async (name) => {
      const { exitCode, err } = await viveiro(['worker'], { ...environment(), [name]: '' });
      expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(`${name}: a worker needs it`) });
    },
  );

  it('names the queues that there are', async () => {
    const { exitCode, err } = await viveiro(['worker', '--queues', 'journey'], environment());
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('there are: journeys') });
  });
});
