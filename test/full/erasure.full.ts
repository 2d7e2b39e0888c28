import { WorkflowNotFoundError } from '@temporalio/client';
import { createErasureActivities } from '../../src/activities/erasure';
import { createTakeTurn } from '../../src/activities/take-turn';
import { waitUntil } from '../../src/runtime/processes';
import { findErasure, requestErasure } from '../../src/store/erasures';
import { createHistories } from '../../src/worker/histories';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, aTwoDayWait } from '../support/journeys';
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
