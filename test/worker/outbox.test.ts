import { Client } from 'pg';
import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { enqueue } from '../../src/store/outbox';
import { type Outbox, startOutbox } from '../../src/worker/outbox';
import { testDatabase } from '../support/database';

let outbox: Outbox | undefined;
// before the database's own hook: it must let go of it first
afterAll(() => outbox?.stop());
const database = testDatabase();

/** Journeys that were started, and all who wait for one. */
const started: string[] = [];
let waiting: (() => void)[] = [];
let isTemporalDown = false;
const lifecycle = {
  startJourney: async (journeyId: string) => {
    if (isTemporalDown) throw new Error('14 UNAVAILABLE: no connection');
    started.push(journeyId);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  },
  startErasure: async () => undefined,
  poke: async () => undefined,
  restartJourney: async () => undefined,
};

async function isStarted(journeyId: string): Promise<void> {
  while (!started.includes(journeyId))
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
}

async function rows(text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
  const client = new Client(database.url);
  await client.connect();
  const result = await client.query(text, [...values]);
  await client.end();
  return result.rows;
}
const sql = (text: string, values: readonly unknown[] = []) => rows(text, values).then(() => undefined);

async function untilSome(read: () => Promise<readonly unknown[]>): Promise<void> {
  expect(await waitUntil(async () => (await read()).length > 0, 20_000)).toBe(true);
}

const asked = async (): Promise<string> => {
  const journeyId = newId();
  await transaction(database.db, (tx) => enqueue(tx, [{ task: 'start_journey', payload: { journeyId } }]));
  return journeyId;
};

const takenBy = (holder: string) =>
  sql(`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = $1 WHERE locked_by IS NULL`, [holder]);

test('jobs that a killed process had taken are done by the next one, not in four hours', async () => {
  const journeyId = await asked();
  await takenBy('pool-of-a-killed-process');
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle });
  await isStarted(journeyId);
});

test('jobs of a process that lives are left to it', async () => {
  const other = new Client(database.url);
  await other.connect();
  await other.query(`SELECT pg_advisory_lock_shared(hashtextextended('outbox holder pool-alive', 0))`);
  await outbox?.stop();
  const theirs = await asked();
  await takenBy('pool-alive');
  const ours = await asked();
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle });
  await isStarted(ours);
  expect(started).not.toContain(theirs);
  await other.end();
  await outbox.stop();
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle });
  await isStarted(theirs);
});

test('an outbox holds its own name as long as it runs', async () => {
  const before = started.length;
  const second = await startOutbox({ databaseUrl: database.url, lifecycle });
  const ids = await Promise.all(Array.from({ length: 30 }, asked));
  await Promise.all(ids.map(isStarted));
  await second.stop();
  expect(started.length - before).toBe(30);
});

test('a mail that a person asks for once more is told to whoever sends it', async () => {
  const asking = { sendId: newId(), journeyId: newId(), askId: newId() };
  const told: object[] = [];
  await outbox?.stop();
  const sendAgain = async (one: object) => void told.push(one);
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle, sendAgain });
  await transaction(database.db, (tx) => enqueue(tx, [{ task: 'send_again', payload: asking }]));
  await untilSome(async () => told);
  expect(told).toEqual([asking]);
});

test('a job that cannot be carried out because Temporal is down waits with what went wrong, and is done once it is back', async () => {
  isTemporalDown = true;
  const journeyId = await asked();
  const waitingJob = () =>
    rows(
      `SELECT attempts, last_error, run_at > now() AS later FROM graphile_worker.jobs WHERE attempts > 0 AND locked_at IS NULL`,
    );
  await untilSome(waitingJob);
  expect(await waitingJob()).toEqual([
    { attempts: 1, last_error: expect.stringContaining('14 UNAVAILABLE'), later: true },
  ]);
  expect(started).not.toContain(journeyId);
  isTemporalDown = false;
  await sql('UPDATE graphile_worker._private_jobs SET run_at = now()'); // its time has come
  await isStarted(journeyId);
});

// INV-OUTBOX-GOES-ON
test('when the database fails in the midst of its jobs, an outbox takes them up again once it works', async () => {
  const errors: string[] = [];
  await outbox?.stop();
  await sql(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'the disk is full'; END$$`);
  await sql(`CREATE TRIGGER broken BEFORE DELETE ON graphile_worker._private_jobs EXECUTE FUNCTION broken()`);
  outbox = await startOutbox({ databaseUrl: database.url, lifecycle, onError: ({ message }) => errors.push(message) });
  const first = await asked();
  await isStarted(first);
  await untilSome(async () => errors.filter((message) => message.includes('the disk is full')));
  await sql('DROP TRIGGER broken ON graphile_worker._private_jobs; DROP FUNCTION broken');
  await isStarted(await asked());
  expect(await waitUntil(async () => (await rows('SELECT 1 FROM graphile_worker.jobs')).length === 0, 20_000)).toBe(
    true,
  );
});

test('an outbox whose session was cut off takes a new one, and keeps its name', async () => {
  const held = () =>
    rows(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  const [cut] = (await held()) as { readonly pid: number }[]; // as selected
  await sql('SELECT pg_terminate_backend($1)', [cut?.pid]);
  await untilSome(async () => ((await held()) as { readonly pid: number }[]).filter(({ pid }) => pid !== cut?.pid));
  await isStarted(await asked());
});
