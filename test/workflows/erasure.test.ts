import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createErasureActivities } from '../../src/activities/erasure';
import { createTakeTurn } from '../../src/activities/take-turn';
import { waitUntil } from '../../src/runtime/processes';
import { cancelErasure, findErasure, requestErasure } from '../../src/store/erasures';
import { createHistories } from '../../src/worker/histories';
import { HOUR } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import type { EraserOrder } from '../support/eraser-child';
import { aJourney, aTwoDayWait, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const ROOT = path.resolve(__dirname, '../..');
const PATIENCE_MS = 30_000;
const engine = testEngine((db, turn) => ({
  ...createTakeTurn(db, turn),
  ...createErasureActivities({
    db,
    turn,
    // the server deletes up to half a minute later: test/full/erasure.full.ts waits for it
    histories: { ...createHistories(engine.temporal.client), leftOf: async () => 0 },
  }),
}));

const ask = async (contactId: string, after = 0) => {
  const request = { contactId, origin: 'request', by: 'a test', scope: 'marketing', after, now: Date.now() } as const;
  return (await requestErasure(engine.db, SALES.rules, request)).erasure.id;
};
const statusOf = async (id: string) => (await findErasure(engine.db, id)).status;
const becomes = (id: string, status: string) => waitUntil(async () => (await statusOf(id)) === status, PATIENCE_MS);

/** Someone with a journey under way, and many interactions. */
async function someoneUnderWay(email: string) {
  const who = await someone(engine.db, { email, name: 'Zofia Nowak' });
  const { journeyId } = await aJourney(engine.db, await aTwoDayWait(engine.db), { who, now: Date.now() });
  await engine.db.$executeRaw`
    INSERT INTO interaction (id, contact_id, type, at, properties, idempotency_key)
    SELECT gen_random_uuid(), ${who.contactId}::uuid, 'page.viewed', to_timestamp(n), '{}', ${email} || n
    FROM generate_series(1, 5000) AS n`;
  await engine.started(journeyId);
  return { ...who, journeyId };
}

/** A worker of its own that stands still in the midst of the rows, where it is killed. */
async function killedInBatch(standAt: number): Promise<void> {
  const { address, namespace } = engine.temporal;
  const { databaseUrl, taskQueue } = engine;
  const order: EraserOrder = { databaseUrl, address, namespace, taskQueue, standAt };
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'test/support/eraser-child.ts')], {
    cwd: ROOT,
    env: { ...process.env, ERASER_ORDER: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

// INV-ERASURE-SURVIVES
test('an erasure whose worker is killed in the midst of it goes on, ends the journey, and asks for the end of its history', async () => {
  const { contactId, journeyId } = await someoneUnderWay('zofia@viva.test');
  const journey = engine.temporal.client.workflow.getHandle(workflowOf(journeyId));
  expect((await journey.describe()).status.name).toBe('RUNNING');
  await engine.stopWorker();
  const [id] = await Promise.all([ask(contactId), killedInBatch(4)]);
  expect(await engine.db.contact.count({ where: { id: contactId } })).toBe(1);
  await engine.startWorker();
  expect(await becomes(id, 'done')).toBe(true);
  const { proof, counts } = await findErasure(engine.db, id);
  expect(proof).toMatchObject({ left: [], histories: { deleted: 1, left: 0, refused: null } });
  expect(counts).toMatchObject({ interaction: 5_000, journey: 1, contact: 1 });
  const history = await engine.temporal.client.workflow.getHandle(`erasure:${id}`).fetchHistory();
  expect(JSON.stringify(history)).not.toMatch(/zofia|nowak/i);
}, 90_000);

test('an erasure that waits is cancelled, and one that is due begins', async () => {
  const { contactId } = await someone(engine.db);
  const cancelled = await ask(contactId, HOUR);
  const handle = engine.temporal.client.workflow.getHandle(`erasure:${cancelled}`);
  const isWaiting = () =>
    handle.describe().then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    );
  expect(await waitUntil(isWaiting, PATIENCE_MS)).toBe(true);
  await cancelErasure(engine.db, { id: cancelled, by: 'a test', now: Date.now() });
  expect(await handle.result()).toBe('cancelled');
  expect(await engine.db.contact.count({ where: { id: contactId } })).toBe(1);

  const due = await ask(contactId, 200);
  expect(await becomes(due, 'done')).toBe(true);
  expect(await engine.db.contact.count({ where: { id: contactId } })).toBe(0);
});
