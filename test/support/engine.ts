import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { waitUntil } from '../../src/runtime/processes';
import type { Db } from '../../src/store/db';
import type { TurnDeps } from '../../src/store/turn';
import { createLifecycle, type Lifecycle } from '../../src/worker/lifecycle';
import { type Outbox, startOutbox } from '../../src/worker/outbox';
import { type TestDatabase, testDatabase } from './database';
import { jobsIn } from './journeys';
import { SALES } from './sales';
import { type Skipping, skippingOn } from './skipping';
import { type TestTemporal, testTemporal } from './temporal';
import { workflowSource } from './workflow-source';

const PATIENCE_MS = 20_000;

export interface TestEngine {
  readonly db: Db;
  readonly deps: TurnDeps;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  readonly temporal: TestTemporal;
  readonly lifecycle: Lifecycle;
  readonly skipping: Skipping;
  /** Stops the worker when it has finished what is under way, or starts another one. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Resolves once the outbox has started the journey's workflow. */
  started(journeyId: string): Promise<void>;
  /** How the journey's workflow ends. */
  endOf(journeyId: string): Promise<string>;
  /** Resolves once the journey's row is as `isSo` says; else it says how it is. */
  until(journeyId: string, isSo: (row: JourneyRow) => boolean): Promise<JourneyRow>;
}

export type JourneyRow = Awaited<ReturnType<Db['journey']['findUniqueOrThrow']>>;
export type Activities = object; // one function per activity

/**
 * Journeys as they run live, for one test file: a database, a worker on a task queue of its own, and the outbox that starts and
 * wakes them. `activities` are made when the database is there.
 */
export function testEngine(
  activities: (db: Db, deps: TurnDeps) => Activities | Promise<Activities>,
  { deps = SALES, connections = 10 }: { readonly deps?: TurnDeps; readonly connections?: number } = {},
): TestEngine {
  const taskQueue = `test-${randomUUID()}`;
  let running: { readonly worker: Worker; readonly finished: Promise<void> } | undefined;
  let outbox: Outbox | undefined;
  const stopWorker = async () => {
    running?.worker.shutdown();
    await running?.finished;
    running = undefined;
  };
  // before the servers' own hooks: these run in the order in which they stand
  afterAll(async () => {
    await outbox?.stop();
    await stopWorker();
  });
  const database: TestDatabase = testDatabase(connections);
  const temporal = testTemporal();
  const startWorker = async () => {
    const worker = await Worker.create({
      connection: temporal.nativeConnection,
      namespace: temporal.namespace,
      taskQueue,
      ...workflowSource(),
      activities: await activities(database.db, deps),
      stickyQueueScheduleToStartTimeout: '1s',
    });
    running = { worker, finished: worker.run() };
  };
  const engine = { temporal, deps, taskQueue, startWorker, stopWorker } as TestEngine & {
    lifecycle: Lifecycle;
    skipping: Skipping;
  }; // the rest is set before the first test
  beforeAll(async () => {
    const lifecycle = createLifecycle({
      client: temporal.client,
      db: database.db,
      taskQueue,
      reactions: deps.reactions,
    });
    const skipping = skippingOn(temporal.connection, temporal.namespace);
    const until: TestEngine['until'] = async (journeyId, isSo) => {
      let row = await database.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
      const isThere = await waitUntil(async () => {
        row = await database.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
        return isSo(row);
      }, PATIENCE_MS);
      if (!isThere) throw new Error(`the journey is still so: ${JSON.stringify(row)}`);
      return row;
    };
    const started = async (journeyId: string) => {
      const isThere = await waitUntil(async () => {
        const jobs = await jobsIn(database.db);
        return !jobs.some(({ payload }) => payload.journeyId === journeyId);
      }, PATIENCE_MS);
      if (!isThere) throw new Error(`the outbox has not started ${journeyId}`);
    };
    const endOf = async (journeyId: string): Promise<string> => {
      await started(journeyId);
      return temporal.client.workflow.getHandle(workflowOf(journeyId)).result();
    };
    Object.assign(engine, { db: database.db, databaseUrl: database.url, lifecycle, skipping, started, endOf, until });
    await startWorker();
    outbox = await startOutbox({ databaseUrl: database.url, lifecycle });
  });
  return engine;
}

export const workflowOf = (journeyId: string): string => `journey:${journeyId}`;
