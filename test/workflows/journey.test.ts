import { createTakeTurn } from '../../src/activities/take-turn';
import { ingest } from '../../src/store/ingest';
import type { SequenceVersion } from '../../src/store/sequences';
import { DAY, HOUR } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, anIncoming, aWaitFor, ENDS, published } from '../support/journeys';
import { SALES } from '../support/sales';

const engine = testEngine((db, deps) => createTakeTurn(db, deps));
const handleOf = (journeyId: string) => engine.temporal.client.workflow.getHandle(workflowOf(journeyId));
const tell = (contactId: string, type: string, parts: object = {}) =>
  ingest(engine.db, SALES, anIncoming(contactId, type, parts));
/** A journey that has just entered, in real time; time is skipped to its end if asked for. */
const entered = (version: SequenceVersion, { isSkipping = false } = {}) =>
  aJourney(engine.db, version, {
    now: Date.now(),
    before: (journeyId) => isSkipping && engine.skipping.toTheEnd(workflowOf(journeyId)),
  });
const waiting = () => published(engine.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });

describe('a journey', () => {
  it('that waits for an event is woken by its ingestion, by way of the outbox', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await engine.started(journeyId);
    await tell(contactId, 'page.viewed');
    expect(await engine.endOf(journeyId)).toBe('came');
  });

  it('sees an event that came before its workflow was started', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await tell(contactId, 'page.viewed');
    expect(await engine.endOf(journeyId)).toBe('came');
  });

  it('is not moved by pokes that bring nothing', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await engine.started(journeyId);
    for (let n = 0; n < 5; n += 1) await engine.lifecycle.poke(workflowOf(journeyId), n);
    await engine.until(journeyId, ({ turn }) => turn > 1);
    await tell(contactId, 'page.viewed');
    expect(await engine.endOf(journeyId)).toBe('came');
    expect(await engine.db.decision.count({ where: { journeyId, kind: 'wait' } })).toBe(1);
  });

  it('takes the timeout when nothing comes, at its due time', async () => {
    const { journeyId } = await entered(await waiting(), { isSkipping: true });
    expect(await engine.endOf(journeyId)).toBe('silent');
    const { enteredAt, endedAt } = await engine.until(journeyId, () => true);
    const lateMs = (endedAt?.getTime() ?? 0) - enteredAt.getTime() - 2 * DAY;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(HOUR);
  });

  it('ends by its goal inside a wait of weeks', async () => {
    const version = await published(engine.db, {
      goal: { name: 'bought', on: 'purchase' },
      steps: [
        { id: 'pause', type: 'wait', for: '3w' },
        { id: 'done', type: 'end' },
      ],
    });
    const { journeyId, contactId } = await entered(version);
    await engine.started(journeyId);
    await tell(contactId, 'purchase', { properties: { reference: journeyId, amount: 12 } });
    expect(await engine.endOf(journeyId)).toBe('goal');
    expect(await engine.until(journeyId, () => true)).toMatchObject({ outcome: 'goal', reason: 'purchase came' });
  });

  it('goes on where it was when its worker has been away, and misses nothing meanwhile', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await engine.started(journeyId);
    await engine.stopWorker();
    await tell(contactId, 'page.viewed');
    await engine.startWorker();
    expect(await engine.endOf(journeyId)).toBe('came');
  });

  it('runs once, however often it is started, and an ended one is not started again', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await Promise.all(Array.from({ length: 5 }, () => engine.lifecycle.startJourney(journeyId)));
    await tell(contactId, 'page.viewed');
    await engine.endOf(journeyId);
    const { runId } = await handleOf(journeyId).describe();
    await engine.lifecycle.startJourney(journeyId);
    await engine.lifecycle.poke(workflowOf(journeyId), 1);
    expect((await handleOf(journeyId).describe()).runId).toBe(runId);
  });

  it('is started by a poke that overtakes its start', async () => {
    const { journeyId } = await entered(await waiting());
    await engine.lifecycle.poke(workflowOf(journeyId), 1);
    expect((await handleOf(journeyId).describe()).status.name).toBe('RUNNING');
  });
});

describe('a journey with a long history', () => {
  /** A run is renewed at 1,000 events; a signal is one, and brings a few more. */
  const MANY = 1100;

  it('continues as new, keeps its place and its due time, and is still woken', async () => {
    const { journeyId, contactId } = await entered(await waiting());
    await engine.started(journeyId);
    const first = await handleOf(journeyId).describe();
    const before = await engine.until(journeyId, () => true);
    await Promise.all(Array.from({ length: MANY }, (_, n) => handleOf(journeyId).signal('poke', n)));
    await engine.until(journeyId, () => true);
    const later = await untilNewRun(journeyId, first.runId);
    const after = await engine.until(journeyId, () => true);
    expect({ stepId: after.stepId, dueAt: after.dueAt, status: after.status }).toEqual({
      stepId: before.stepId,
      dueAt: before.dueAt,
      status: 'running',
    });
    expect(later.historyLength).toBeLessThan(MANY);
    await tell(contactId, 'page.viewed');
    expect(await engine.endOf(journeyId)).toBe('came');
  }, 120_000);

  async function untilNewRun(journeyId: string, runId: string) {
    for (;;) {
      const now = await handleOf(journeyId).describe();
      if (now.runId !== runId) return now;
    }
  }
});
