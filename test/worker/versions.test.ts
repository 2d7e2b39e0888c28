import { randomUUID } from 'node:crypto';
import type { Activities } from '../../src/activities';
import { createTakeTurn } from '../../src/activities/take-turn';
import { waitUntil } from '../../src/runtime/processes';
import { ingest } from '../../src/store/ingest';
import { createLifecycle } from '../../src/worker/lifecycle';
import { type Outbox, startOutbox } from '../../src/worker/outbox';
import { type Deployment, listVersions, promote } from '../../src/worker/versions';
import { type RunningWorker, startWorker } from '../../src/worker/worker';
import { testDatabase } from '../support/database';
import { workflowOf } from '../support/engine';
import { aJourney, anIncoming, aWaitFor, ENDS, published } from '../support/journeys';
import { runsOf } from '../support/runs';
import { SALES } from '../support/sales';
import { testTemporal } from '../support/temporal';

const PATIENCE_MS = 30_000;
const taskQueue = `versions-${randomUUID()}`;
const deployment = `d-${randomUUID()}`;
const workers: RunningWorker[] = [];
let outbox: Outbox;
/** Which build has decided each turn. */
const turns: { readonly buildId: string; readonly journeyId: string }[] = [];

// before the servers' own hooks: these run in the order in which they stand
afterAll(async () => {
  await outbox?.stop();
  await Promise.all(workers.map((worker) => worker.stop()));
});
const database = testDatabase();
const temporal = testTemporal();
beforeAll(async () => {
  const lifecycle = createLifecycle({ client: temporal.client, db: database.db, taskQueue });
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle });
});

const server = (): Deployment => ({ connection: temporal.connection, namespace: temporal.namespace, deployment });

/** A worker of one build, which notes what it decides. */
async function startBuild(buildId: string | null): Promise<void> {
  const { takeTurn, failJourney } = createTakeTurn(database.db, SALES);
  const activities: Pick<Activities, 'takeTurn' | 'failJourney'> = {
    failJourney,
    takeTurn(request) {
      turns.push({ buildId: buildId ?? 'none', journeyId: request.journeyId });
      return takeTurn(request);
    },
  };
  workers.push(
    await startWorker({
      connection: temporal.nativeConnection,
      namespace: temporal.namespace,
      taskQueue,
      activities: activities as Activities, // these journeys ask for no others
      ...(buildId === null ? {} : { version: { deployment, buildId } }),
    }),
  );
}

/** Promotes a build once the server has seen its worker. */
async function promoted(buildId: string): Promise<void> {
  const isDone = await waitUntil(
    () =>
      promote(server(), buildId).then(
        () => true,
        () => false,
      ),
    PATIENCE_MS,
  );
  if (!isDone) await promote(server(), buildId);
}

const handleOf = (journeyId: string) => temporal.client.workflow.getHandle(workflowOf(journeyId));
async function buildOf(journeyId: string): Promise<string | null | undefined> {
  const { raw } = await handleOf(journeyId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
}

async function goesOnWith(buildId: string, journeyId: string): Promise<void> {
  if (await waitUntil(async () => (await buildOf(journeyId)) === buildId, PATIENCE_MS)) return;
  throw new Error(`it is still on ${await buildOf(journeyId)}, and has been decided on ${buildsOf(journeyId)}`);
}

/** A journey that waits for two events, one after the other, once its workflow rests on some build. */
async function waiting() {
  const version = await published(database.db, {
    steps: [
      { ...aWaitFor('page.viewed', '9d'), id: 'first', onEvent: 'second' },
      { ...aWaitFor('page.viewed', '9d'), id: 'second' },
      { id: 'came', type: 'end', outcome: 'came' },
      { id: 'silent', type: 'end', outcome: 'silent' },
    ],
  });
  const journey = await aJourney(database.db, version, { now: Date.now() });
  const rests = async () => {
    const description = await handleOf(journey.journeyId)
      .describe()
      .catch(() => undefined); // not started yet
    return (description?.raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion ?? undefined) !== undefined;
  };
  if (!(await waitUntil(rests, PATIENCE_MS))) throw new Error('no worker has taken the journey');
  return journey;
}
const tell = (contactId: string) => ingest(database.db, SALES, anIncoming(contactId, 'page.viewed'));
const buildsOf = (journeyId: string) =>
  turns.filter((turn) => turn.journeyId === journeyId).map((turn) => turn.buildId);

// INV-VERSIONS
test('a journey keeps to its build while it waits, and goes on with the promoted one when it wakes', async () => {
  await startBuild('v1');
  await promoted('v1');
  const old = await waiting();
  expect(await buildOf(old.journeyId)).toBe('v1');

  await startBuild('v2');
  await promoted('v2');
  const young = await waiting();
  expect(await buildOf(young.journeyId)).toBe('v2');
  expect(await buildOf(old.journeyId)).toBe('v1');
  const versions = async () =>
    (await listVersions(server()))
      .map(({ buildId, status, running }) => `${buildId} ${status} ${running}`)
      .toSorted()
      .join(', ');
  await waitUntil(async () => (await versions()) === 'v1 draining 1, v2 current 1', PATIENCE_MS);
  expect(await versions()).toBe('v1 draining 1, v2 current 1');

  await tell(old.contactId);
  await goesOnWith('v2', old.journeyId);
  await tell(old.contactId);
  expect(await handleOf(old.journeyId).result()).toBe('came');
  expect(await runsOf(temporal, workflowOf(old.journeyId))).toHaveLength(2);
  expect(new Set(buildsOf(old.journeyId))).toEqual(new Set(['v2'])); // woken on v1, decided on v2

  await promoted('v1'); // back: what began on v2 returns when it wakes
  await tell(young.contactId);
  await goesOnWith('v1', young.journeyId);
  await tell(young.contactId);
  expect(await handleOf(young.journeyId).result()).toBe('came');
  expect(new Set(buildsOf(young.journeyId))).toEqual(new Set(['v1']));
}, 120_000);

test('there is a way back to workers without a version', async () => {
  await startBuild(null);
  await promote(server(), null);
  const version = await published(database.db, { steps: [aWaitFor('page.viewed', '9d'), ...ENDS] });
  const journey = await aJourney(database.db, version, { now: Date.now() });
  await waitUntil(
    () =>
      handleOf(journey.journeyId)
        .describe()
        .then(
          () => true,
          () => false,
        ),
    PATIENCE_MS,
  );
  await tell(journey.contactId);
  expect(await handleOf(journey.journeyId).result()).toBe('came');
  expect(buildsOf(journey.journeyId)).toEqual(['none']);
}, 60_000);

test('a build whose worker was never seen is not promoted, and nothing changes', async () => {
  await expect(promote(server(), 'v9')).rejects.toMatchObject({
    code: 'VIV_WORKER_VERSION',
    message: expect.stringContaining('viveiro worker --build-id v9'),
  });
  expect((await listVersions(server())).map(({ buildId }) => buildId).toSorted()).toEqual(['v1', 'v2']);
});

test('a deployment that never was has no versions', async () => {
  expect(await listVersions({ ...server(), deployment: 'nobody' })).toEqual([]);
});
