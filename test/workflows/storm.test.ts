import { WorkflowNotFoundError } from '@temporalio/client';
import { createHandoffActivities } from '../../src/activities/handoff';
import { createTakeTurn } from '../../src/activities/take-turn';
import { transaction } from '../../src/store/db';
import { answerHandoff } from '../../src/store/handoffs';
import { ingest } from '../../src/store/ingest';
import { readJourney } from '../../src/store/journeys';
import { syncReps } from '../../src/store/reps';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, anIncoming, published } from '../support/journeys';
import { ROUTING } from '../support/routing';
import { runsOf } from '../support/runs';
import { SALES } from '../support/sales';

const engine = testEngine((db, turn) => ({
  ...createTakeTurn(db, turn),
  ...createHandoffActivities({ db, turn, mailRep: async () => ({ status: 'taken' }) }),
}));

/** The server suggests to continue as new here, and a run must have done it before. */
const LIMIT = 4_096;
const SENDERS = 8;

/** Several senders poke at full speed until each has sent its share, or the workflow has ended. */
async function storm(workflow: string, pokes: number): Promise<void> {
  const handle = engine.temporal.client.workflow.getHandle(workflow);
  const send = async () => {
    for (let n = 0; n < pokes / SENDERS; n += 1) await handle.signal('poke', n);
  };
  for (const sent of await Promise.allSettled(Array.from({ length: SENDERS }, send)))
    if (sent.status === 'rejected' && !(sent.reason instanceof WorkflowNotFoundError)) throw sent.reason;
}

/** Numbers of the events that the waits of a journey have used. */
async function usedBy(journeyId: string): Promise<readonly number[]> {
  const { last } = await transaction(engine.db, (tx) => readJourney(tx, journeyId));
  return Object.values(last.state.used ?? {}).toSorted((a, b) => a - b);
}

const WAITS = 60;
const waitsInARow = () =>
  published(engine.db, {
    steps: [
      ...Array.from({ length: WAITS }, (_, index) => ({
        id: `w${index}`,
        type: 'waitFor',
        event: 'page.viewed',
        timeout: '9d',
        onTimeout: 'missed',
      })),
      { id: 'all', type: 'end', outcome: 'all-seen' },
      { id: 'missed', type: 'end', outcome: 'missed' },
    ],
  });

// INV-STORM
test('in a storm of pokes across several runs every event is seen, once, and no run reaches the limit', async () => {
  const { journeyId, contactId } = await aJourney(engine.db, await waitsInARow(), { now: Date.now() });
  await engine.started(journeyId);
  const storming = storm(workflowOf(journeyId), 3_000);
  for (let index = 0; index < WAITS - 1; index += 1) {
    await ingest(engine.db, SALES, anIncoming(contactId, 'page.viewed'));
    await engine.until(journeyId, ({ stepId }) => stepId === `w${index + 1}`); // over the whole storm, not at its beginning
  }
  await storming;
  await ingest(engine.db, SALES, anIncoming(contactId, 'page.viewed'));
  expect(await engine.endOf(journeyId)).toBe('all-seen');
  const events = await engine.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  expect(await usedBy(journeyId)).toEqual(events.map(({ seq }) => Number(seq)));
  expect(events).toHaveLength(WAITS);
  const runs = await runsOf(engine.temporal, workflowOf(journeyId));
  expect(runs.length).toBeGreaterThan(1);
  expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(LIMIT);
}, 120_000);

describe('a journey that waits for sales while pokes make it continue as new', () => {
  const sold = () =>
    published(engine.db, {
      steps: [
        { id: 'sell', type: 'handoff', sla: '2d', onAccepted: 'sold', onRejected: 'lost', onRecycled: 'lost' },
        { id: 'sold', type: 'end', outcome: 'sold' },
        { id: 'lost', type: 'end', outcome: 'lost' },
      ],
    });
  const offered = async () => {
    const { journeyId } = await aJourney(engine.db, await sold(), { now: Date.now() });
    await engine.started(journeyId);
    await engine.until(journeyId, ({ stepId }) => stepId === 'sell');
    const isOffered = async () => (await engine.db.handoff.count({ where: { journeyId } })) === 1;
    while (!(await isOffered()));
    const { id: handoffId } = await engine.db.handoff.findFirstOrThrow({ where: { journeyId } });
    return { journeyId, handoffId };
  };
  const accept = (handoffId: string) =>
    transaction(engine.db, (tx) =>
      answerHandoff(tx, SALES, { handoffId, action: 'accept', reason: 'fits', at: Date.now() }),
    );

  beforeAll(() => syncReps(engine.db, ROUTING));

  it.each([
    ['after the storm', 1_500, 0],
    ['in the middle of it', 700, 1_500],
  ])(
    'hears the answer that comes %s; the handoff is started once',
    async (_, before, after) => {
      const { journeyId, handoffId } = await offered();
      await storm(workflowOf(journeyId), before);
      const storming = storm(workflowOf(journeyId), after);
      await accept(handoffId);
      expect(await engine.endOf(journeyId)).toBe('sold');
      await storming;
      const [journeyRuns, handoffRuns] = await Promise.all([
        runsOf(engine.temporal, workflowOf(journeyId)),
        runsOf(engine.temporal, `handoff:${handoffId}`),
      ]);
      expect(Math.max(...journeyRuns.map(({ events }) => events))).toBeLessThan(LIMIT);
      expect(handoffRuns).toHaveLength(1);
      if (after === 0) expect(journeyRuns.length).toBeGreaterThan(1);
    },
    120_000,
  );
});
