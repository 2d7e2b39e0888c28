import { WorkflowNotFoundError } from '@temporalio/client';
import { createErasureActivities } from '../../src/activities/erasure';
import { createTakeTurn } from '../../src/activities/take-turn';
import { waitUntil } from '../../src/runtime/processes';
import { findErasure, requestErasure } from '../../src/store/erasures';
import { createHistories } from '../../src/worker/histories';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, aTwoDayWait, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const PATIENCE_MS = 90_000;
const engine = testEngine((db, turn) => ({
  ...createTakeTurn(db, turn),
  ...createErasureActivities({ db, turn, histories: createHistories(engine.temporal.client) }),
}));

test('the histories of an erased contact are gone from the server, and found by nothing', async () => {
  const { contactId, journeyId } = await aJourney(engine.db, await aTwoDayWait(engine.db), { now: Date.now() });
  await engine.started(journeyId);
  const request = {
    contactId,
    origin: 'request',
    by: 'a test',
    scope: 'marketing',
    after: 0,
    now: Date.now(),
  } as const;
  const { id } = (await requestErasure(engine.db, SALES.rules, request)).erasure;
  const isDone = async () => (await findErasure(engine.db, id)).status === 'done';
  expect(await waitUntil(isDone, PATIENCE_MS)).toBe(true);
  expect((await findErasure(engine.db, id)).proof?.histories).toEqual({ deleted: 1, left: 0, refused: null });
  const { client } = engine.temporal;
  await expect(client.workflow.getHandle(workflowOf(journeyId)).describe()).rejects.toBeInstanceOf(
    WorkflowNotFoundError,
  );
  const query = `ViveiroContact = '${contactId}'`;
  const isForgotten = async () => (await client.workflow.count(query)).count === 0;
  expect(await waitUntil(isForgotten, PATIENCE_MS)).toBe(true);
}, 200_000);

test('among a million rows of others the proof takes a minute at most, and each transaction is short', async () => {
  const others = Number(process.env.ERASURE_OTHERS ?? 1_000_000);
  const { contactId } = await someone(engine.db, { email: 'ana@viva.test', name: 'Ana Beatriz Silva' });
  await engine.db.$executeRaw`
    INSERT INTO interaction (id, contact_id, type, at, properties, idempotency_key)
    SELECT gen_random_uuid(), CASE WHEN n <= 10000 THEN ${contactId}::uuid ELSE gen_random_uuid() END, 'page.viewed', to_timestamp(n),
      jsonb_build_object('page', 'https://viva.test/prices/' || n, 'words', 'joana@viva.test has seen it'), 'many ' || n
    FROM generate_series(1, ${others}::int) AS n`;
  const request = {
    contactId,
    origin: 'request',
    by: 'a test',
    scope: 'marketing',
    after: 0,
    now: Date.now(),
  } as const;
  const { id } = (await requestErasure(engine.db, SALES.rules, request)).erasure;
  const turn = { erasureId: id, now: Date.now() };
  const timed = async (name: string, work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    process.stdout.write(`${name}: ${Math.round(performance.now() - begun)} ms\n`);
    return performance.now() - begun;
  };
  await engine.stopWorker(); // it is done here, and timed
  const steps = createErasureActivities({ db: engine.db, turn: SALES });
  await steps.readErasure(turn);
  await steps.stopErased(turn);
  await timed('rows and mentions', () => steps.eraseRows(turn));
  const nothing = { deleted: 0, refused: null };
  const ms = await timed('proof', () => steps.proveErasure({ ...turn, replaced: 0, deleted: nothing }));
  expect(await findErasure(engine.db, id)).toMatchObject({ status: 'done', counts: { interaction: 10_000 } });
  expect(ms).toBeLessThan(60_000);
}, 300_000);
