import { createHandoffActivities } from '../../src/activities/handoff';
import { createTakeTurn } from '../../src/activities/take-turn';
import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { mergeContacts } from '../../src/store/merge/merge';
import { unmerge } from '../../src/store/merge/unmerge';
import { enqueue } from '../../src/store/outbox';
import { syncReps } from '../../src/store/reps';
import { testEngine, workflowOf } from '../support/engine';
import { ofGroup } from '../support/groups';
import { aJourney, anIncoming, enrolled, type Someone, someone } from '../support/journeys';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';

const engine = testEngine((db, deps) => ({
  ...createTakeTurn(db, deps),
  ...createHandoffActivities({ db, turn: deps, mailRep: async () => ({ status: 'taken' }) }),
}));
beforeAll(() => syncReps(engine.db, ROUTING));

const handleOf = (journeyId: string) => engine.temporal.client.workflow.getHandle(workflowOf(journeyId));
const now = () => Date.now();
const takeOver = async (who: Someone) => {
  const version = await ofGroup(engine.db, { whenBusy: 'takeOver', priority: 1 });
  const answer = await enrolled(engine.db, { ...who, version, now: now() });
  if (answer.type !== 'entered') throw new Error('it does not take over');
  return answer.journeyId;
};
const tell = (contactId: string, type: string) => ingest(engine.db, SALES, anIncoming(contactId, type, { at: now() }));

describe('a journey that is taken over', () => {
  it('ends where it waits, and the one that takes over goes on', async () => {
    const first = await aJourney(engine.db, await ofGroup(engine.db), { now: now() });
    await engine.started(first.journeyId);
    const second = await takeOver(first);
    expect(await engine.endOf(first.journeyId)).toBe('taken-over');
    expect(await engine.until(first.journeyId, () => true)).toMatchObject({
      status: 'ended',
      outcome: 'taken-over',
      turn: 2,
    });
    await tell(first.contactId, 'page.viewed');
    expect(await engine.endOf(second)).toBe('came');
  });

  it('ends during its handoff, which stays open for the rep to answer', async () => {
    const version = await ofGroup(
      engine.db,
      {},
      {
        steps: [
          { id: 'sell', type: 'handoff', sla: '1d' },
          { id: 'done', type: 'end' },
        ],
      },
    );
    const first = await aJourney(engine.db, version, { now: now() });
    await engine.started(first.journeyId);
    const handoffOf = () => engine.db.handoff.findFirst({ where: { journeyId: first.journeyId } });
    expect(await waitUntil(async () => (await handoffOf())?.status === 'offered', 20_000)).toBe(true);
    await takeOver(first);
    expect(await engine.endOf(first.journeyId)).toBe('taken-over');
    const handoff = await handoffOf();
    expect(handoff).toMatchObject({ status: 'offered' });
    const workflow = engine.temporal.client.workflow.getHandle(`handoff:${handoff?.id}`);
    expect((await workflow.describe()).status.name).toBe('RUNNING');
    await workflow.terminate();
  });

  it('before its workflow was started ends with its first look', async () => {
    await engine.stopWorker();
    const first = await aJourney(engine.db, await ofGroup(engine.db), { now: now() });
    await takeOver(first);
    await engine.startWorker();
    expect(await engine.endOf(first.journeyId)).toBe('taken-over');
  });

  it('ends with the turn that its worker has taken and not told', async () => {
    const first = await aJourney(engine.db, await ofGroup(engine.db), { now: now() });
    await engine.started(first.journeyId);
    // as if the answer to a turn had been lost with its worker
    const { takeTurn } = createTakeTurn(engine.db, SALES);
    await takeTurn({ journeyId: first.journeyId, turn: 1, now: now() });
    await takeOver(first);
    expect(await engine.endOf(first.journeyId)).toBe('taken-over');
    expect(await engine.db.decision.count({ where: { journeyId: first.journeyId, outcome: 'failed' } })).toBe(0);
  });
});

test('an entry that waits for its group is started when the journey before it ends', async () => {
  const first = await aJourney(engine.db, await ofGroup(engine.db), { now: now() });
  const version = await ofGroup(engine.db);
  const waiting = await enrolled(engine.db, { ...first, version, now: now() });
  if (waiting.type !== 'waits') throw new Error('it does not wait');
  await engine.started(first.journeyId);
  await tell(first.contactId, 'page.viewed');
  expect(await engine.endOf(first.journeyId)).toBe('came');
  await tell(first.contactId, 'page.viewed');
  expect(await engine.endOf(waiting.journeyId)).toBe('came');
});

describe('a lead that enters many times at once', () => {
  // INV-ONE-JOURNEY
  it('by one event told many times, and by many events of one type, has one journey and one workflow', async () => {
    const version = await ofGroup(engine.db, {}, { enter: { on: 'demo.asked' }, exclusive: undefined });
    const people = await Promise.all(Array.from({ length: 8 }, () => someone(engine.db)));
    const told = people.flatMap(({ contactId }) => {
      const idempotencyKey = newId();
      const asked = (parts: object) =>
        ingest(engine.db, SALES, anIncoming(contactId, 'demo.asked', { at: now(), ...parts }));
      return Array.from({ length: 10 }, (_, index) => asked(index % 2 ? { idempotencyKey } : {}));
    });
    await Promise.all(told);
    const rows = await engine.db.journey.findMany({ where: { sequence: version.sequence } });
    expect(rows.map(({ contactId }) => contactId).sort()).toEqual(people.map(({ contactId }) => contactId).sort());
    for (const { id } of rows) await engine.started(id);
    const found = await Promise.all(rows.map(({ id }) => handleOf(id).describe()));
    expect(found.map(({ status }) => status.name)).toEqual(people.map(() => 'RUNNING'));
    await Promise.all(people.map(({ contactId }) => tell(contactId, 'page.viewed')));
    for (const { id } of rows) expect(await engine.endOf(id)).toBe('came');
  });

  it('has one workflow, however its start is repeated and whichever poke overtakes it', async () => {
    const { journeyId, contactId } = await aJourney(engine.db, await ofGroup(engine.db), { now: now() });
    const workflow = workflowOf(journeyId);
    const job = { task: 'start_journey', payload: { journeyId } } as const;
    await transaction(engine.db, (tx) => enqueue(tx, [job, job]));
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 ? engine.lifecycle.startJourney(journeyId) : engine.lifecycle.poke(workflow, n),
      ),
    );
    await engine.started(journeyId);
    const { runId } = await handleOf(journeyId).describe();
    await tell(contactId, 'page.viewed');
    expect(await engine.endOf(journeyId)).toBe('came');
    await Promise.all([engine.lifecycle.startJourney(journeyId), engine.lifecycle.poke(workflow, 99)]);
    const after = await handleOf(journeyId).describe();
    expect({ runId: after.runId, status: after.status.name }).toEqual({ runId, status: 'COMPLETED' });
  });
});

test('of two journeys of contacts that are merged one ends, and goes on by a new run once the merge is taken back', async () => {
  const version = await ofGroup(engine.db);
  const [own, other] = [
    await aJourney(engine.db, version, { now: now() }),
    await aJourney(engine.db, version, { now: now() + 1 }),
  ];
  await Promise.all([engine.started(own.journeyId), engine.started(other.journeyId)]);
  const request = { survivor: { id: own.contactId }, merged: { id: other.contactId }, reason: 'the same', by: 'rui' };
  const { mergeId } = await mergeContacts(engine.db, SALES, { ...request, now: now() });
  expect(await engine.endOf(other.journeyId)).toBe('merged');
  await unmerge(engine.db, SALES, { mergeId, by: 'rui', now: now() });
  await tell(other.contactId, 'page.viewed');
  expect(await engine.until(other.journeyId, ({ status }) => status === 'ended')).toMatchObject({ outcome: 'came' });
  await tell(own.contactId, 'page.viewed');
  expect(await engine.endOf(own.journeyId)).toBe('came');
});
