import { createHandoffActivities } from '../../src/activities/handoff';
import { createTakeTurn } from '../../src/activities/take-turn';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { answerHandoff } from '../../src/store/handoffs';
import { syncReps } from '../../src/store/reps';
import { ensureSearchAttributes } from '../../src/worker/search-attributes';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, aWaitFor, ENDS, published } from '../support/journeys';
import { aNamespace } from '../support/namespace';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';

const engine = testEngine((db, turn) => ({
  ...createTakeTurn(db, turn),
  ...createHandoffActivities({ db, turn, mailRep: async () => ({ status: 'taken' }) }),
}));
beforeAll(() => syncReps(engine.db, ROUTING));

const PATIENCE_MS = 20_000;

/** Ids of the workflows that a search finds, once it finds any. */
async function found(query: string): Promise<readonly string[]> {
  let ids: readonly string[] = [];
  await waitUntil(async () => {
    const listed: string[] = [];
    for await (const { workflowId } of engine.temporal.client.workflow.list({ query })) listed.push(workflowId);
    ids = listed;
    return ids.length > 0;
  }, PATIENCE_MS);
  return ids;
}

test('a journey is found by contact, sequence and version, and where it waits for sales by status and step', async () => {
  const version = await published(engine.db, {
    steps: [
      { id: 'sell', type: 'handoff', sla: '2d', onAccepted: 'watch', onRejected: 'silent', onRecycled: 'silent' },
      aWaitFor('page.viewed'),
      ...ENDS,
    ],
  });
  const { journeyId, contactId } = await aJourney(engine.db, version, { now: Date.now() });
  const id = workflowOf(journeyId);
  expect(await found(`ViveiroContact = '${contactId}' AND ViveiroVersion = 1`)).toEqual([id]);
  expect(await found(`ViveiroSequence = '${version.sequence}' AND ViveiroStep = 'sell'`)).toEqual([id]);
  expect(await found(`ViveiroContact = '${contactId}' AND ViveiroStatus = 'handoff'`)).toEqual([id]);
  await waitUntil(async () => (await engine.db.handoff.count({ where: { journeyId } })) === 1, PATIENCE_MS);
  const { id: handoffId } = await engine.db.handoff.findFirstOrThrow({ where: { journeyId } });
  await transaction(engine.db, (tx) =>
    answerHandoff(tx, SALES, { handoffId, action: 'accept', reason: 'fits', at: Date.now() }),
  );
  expect(await found(`ViveiroContact = '${contactId}' AND ViveiroStatus = 'running'`)).toEqual([id]);
});

test('an ordinary wait costs no event for search attributes', async () => {
  const version = await published(engine.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });
  const { journeyId } = await aJourney(engine.db, version, {
    now: Date.now(),
    before: (id) => engine.skipping.toTheEnd(workflowOf(id)),
  });
  await engine.endOf(journeyId);
  const { events } = await engine.temporal.client.workflow.getHandle(workflowOf(journeyId)).fetchHistory();
  expect(events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toEqual([]);
});

describe('the search attributes of a namespace', () => {
  const fresh = () => aNamespace(engine.temporal.connection);
  const asked = (namespace: string) => engine.temporal.connection.operatorService.listSearchAttributes({ namespace });

  it('are added where they are missing, by however many processes at once', async () => {
    const namespace = await fresh();
    const ensure = () => ensureSearchAttributes(engine.temporal.connection, namespace);
    await Promise.all([ensure(), ensure(), ensure()]);
    await ensure();
    const { customAttributes } = await asked(namespace);
    expect(customAttributes).toMatchObject({ ViveiroContact: 2, ViveiroVersion: 3, ViveiroStatus: 2 });
  });

  it('of another type are told, with the command that would help', async () => {
    const namespace = await fresh();
    await engine.temporal.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { ViveiroStep: 3 },
    });
    await expect(ensureSearchAttributes(engine.temporal.connection, namespace)).rejects.toMatchObject({
      code: 'VIV_SEARCH_ATTRIBUTES',
      message: expect.stringContaining('temporal operator search-attribute create --namespace'),
    });
  });

  it('that may not be added are told, and with them there no right to add is needed', async () => {
    const refuse = async () => {
      throw Object.assign(new Error('no'), { code: 7, details: 'you may not', metadata: {} });
    };
    const { connection: real } = engine.temporal;
    const restricted = Object.create(real, {
      operatorService: { value: { addSearchAttributes: refuse } },
    }) as typeof real; // the rest is the server's
    await expect(ensureSearchAttributes(restricted, await fresh())).rejects.toMatchObject({
      code: 'VIV_SEARCH_ATTRIBUTES',
      message: expect.stringContaining('you may not'),
    });
    await ensureSearchAttributes(restricted, 'default');
  });
});
