import { WorkflowUpdateFailedError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { createHandoffActivities } from '../../src/activities/handoff';
import { createMigrateJourney } from '../../src/activities/migrate-journey';
import { createTakeTurn } from '../../src/activities/take-turn';
import { SAME_STEPS, type StepMap } from '../../src/domain/change/step-map';
import { keyOf } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { answerHandoff } from '../../src/store/handoffs';
import { ingest } from '../../src/store/ingest';
import { syncReps } from '../../src/store/reps';
import type { SequenceVersion } from '../../src/store/sequences';
import { migrate } from '../../src/workflows/migrate';
import { DAY } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, anIncoming, aWaitFor, ENDS, published } from '../support/journeys';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';

/** Lets a test hold a mail under way. */
const mails: { release: (() => void) | undefined } = { release: undefined };

const engine = testEngine((db, deps) => {
  const turns = createTakeTurn(db, deps);
  return {
    ...turns,
    ...createMigrateJourney(db, deps),
    ...createHandoffActivities({ db, turn: deps, mailRep: async () => ({ status: 'taken' }) }),
    sendMail: async ({ journeyId, turn, now }: { journeyId: string; turn: number; now: number }) => {
      await new Promise<void>((resolve) => {
        mails.release = resolve;
      });
      const outcome = { effect: 'mail', status: 'accepted', reason: 'taken' } as const;
      return turns.takeTurn({ journeyId, turn, now, outcome });
    },
  };
});
const handleOf = (journeyId: string) => engine.temporal.client.workflow.getHandle(workflowOf(journeyId));
const ask = (journeyId: string, to: SequenceVersion, map: Partial<StepMap> = {}) =>
  handleOf(journeyId).executeUpdate(migrate, { args: [{ toVersionId: to.id, map: { ...SAME_STEPS, ...map } }] });
const tell = (contactId: string, type: string) => ingest(engine.db, SALES, anIncoming(contactId, type));

const done = { id: 'done', type: 'end' };
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });

async function versions(first: readonly object[], second: readonly object[]) {
  const from = await published(engine.db, { steps: first });
  const to = await published(engine.db, { steps: second, sequence: from.sequence });
  return { from, to };
}

async function entered(version: SequenceVersion) {
  const journey = await aJourney(engine.db, version, { now: Date.now() });
  await engine.started(journey.journeyId);
  return journey;
}

test('a waiting journey moves, waits on by the new version, and is woken by what that one waits for', async () => {
  const { from, to } = await versions([wait('rest', '2d'), done], [aWaitFor('page.viewed'), ...ENDS]);
  const same = await published(engine.db, { sequence: from.sequence, steps: [wait('rest', '9d'), done] });
  const { journeyId, contactId } = await entered(from);
  expect(await ask(journeyId, to)).toMatchObject({ type: 'stays', reason: 'step "rest" is gone' });
  expect(await ask(journeyId, same)).toMatchObject({
    type: 'moved',
    turn: { move: { type: 'await', stepId: 'rest' } },
  });
  const row = await engine.until(journeyId, ({ versionId }) => versionId === same.id);
  const { typedSearchAttributes } = await handleOf(journeyId).describe();
  expect(typedSearchAttributes.get(defineSearchAttributeKey('ViveiroVersion', 'INT'))).toBe(same.version);
  expect((row.dueAt?.getTime() ?? 0) - row.enteredAt.getTime()).toBe(9 * DAY);
  await tell(contactId, 'page.viewed');
  expect((await handleOf(journeyId).describe()).status.name).toBe('RUNNING');
});

test('what the new version waits for wakes the journey, and what ends it ends it', async () => {
  const [short, long] = [aWaitFor('page.viewed', '2d'), aWaitFor('mail.clicked', '4d')];
  const { from, to } = await versions([short, ...ENDS], [long, ...ENDS]);
  const [first, second] = [await entered(from), await entered(from)];
  for (const { journeyId } of [first, second]) await ask(journeyId, to);
  await tell(first.contactId, 'page.viewed'); // nobody waits for it any more
  await tell(first.contactId, 'mail.clicked');
  expect(await engine.endOf(first.journeyId)).toBe('came');
  const { to: last } = { to: await published(engine.db, { sequence: from.sequence, steps: [done] }) };
  await ask(second.journeyId, last, { steps: { [long.id]: 'end' } });
  expect(await engine.endOf(second.journeyId)).toBe('removed');
});

test('an event that comes while a journey moves is seen', async () => {
  const { from, to } = await versions(
    [aWaitFor('page.viewed', '2d'), ...ENDS],
    [aWaitFor('page.viewed', '3d'), ...ENDS],
  );
  for (let round = 0; round < 8; round += 1) {
    const { journeyId, contactId } = await entered(from);
    await Promise.all([ask(journeyId, to).catch(() => undefined), tell(contactId, 'page.viewed')]);
    expect(await engine.endOf(journeyId)).toBe('came');
  }
}, 40_000);

test('a journey in the middle of a mail is busy, and moves behind it', async () => {
  const steps = (time: string) => [{ id: 'hello', type: 'mail', template: 'hello' }, wait('rest', time), done];
  const { from, to } = await versions(steps('2d'), steps('3d'));
  const { journeyId } = await entered(from);
  await waitUntil(() => mails.release !== undefined, 20_000);
  await expect(ask(journeyId, to)).rejects.toMatchObject({
    name: WorkflowUpdateFailedError.name,
    cause: { type: 'VIV_JOURNEY_BUSY' },
  });
  mails.release?.();
  await engine.until(journeyId, ({ stepId, turn }) => stepId === 'rest' && turn > 1);
  expect(await movedAtLast(journeyId, to)).toMatchObject({ type: 'moved' });
});

test('a handoff under way moves with its journey, and its answer leads on by the new version', async () => {
  await syncReps(engine.db, ROUTING);
  const sell = { id: 'sell', type: 'handoff', sla: '1d' };
  const { from, to } = await versions(
    [sell, { id: 'old', type: 'end', outcome: 'old' }],
    [sell, { id: 'new', type: 'end', outcome: 'new' }],
  );
  const { journeyId, contactId } = await entered(from);
  const handoffId = keyOf(journeyId, 'sell', 1);
  await waitUntil(async () => (await engine.db.handoff.count({ where: { id: handoffId } })) > 0, 20_000);
  expect(await movedAtLast(journeyId, to)).toMatchObject({
    type: 'moved',
    turn: { move: { type: 'perform', stepId: 'sell', effect: { type: 'handoff', key: handoffId } } },
  });
  await tell(contactId, 'page.viewed'); // it looks up meanwhile, and goes on waiting
  await transaction(engine.db, (tx) =>
    answerHandoff(tx, SALES, { handoffId, action: 'accept', reason: 'fits', at: Date.now() }),
  );
  expect(await engine.endOf(journeyId)).toBe('new');
});

test('a journey moves across a continue-as-new, and no update is lost', async () => {
  const steps = (time: string) => [aWaitFor('page.viewed', time), ...ENDS];
  const { from, to } = await versions(steps('2d'), steps('30d'));
  const back = await published(engine.db, { sequence: from.sequence, steps: steps('20d') });
  const { journeyId, contactId } = await entered(from);
  const first = await handleOf(journeyId).describe();
  const storm = Promise.all(Array.from({ length: 1100 }, (_, n) => handleOf(journeyId).signal('poke', n)));
  await storm;
  let asked = 0;
  const targets = [to, back];
  do {
    const target = targets[asked % 2] ?? to;
    expect(await movedAtLast(journeyId, target)).toMatchObject({ type: 'moved' });
    const { versionId } = await engine.until(journeyId, () => true);
    expect(versionId).toBe(target.id);
    asked += 1;
  } while (asked < 4 || (await handleOf(journeyId).describe()).runId === first.runId);
  await tell(contactId, 'page.viewed');
  expect(await engine.endOf(journeyId)).toBe('came');
  expect(await engine.db.decision.count({ where: { journeyId, kind: 'migrate' } })).toBe(asked);
}, 90_000);

/** Asks until the journey is not in the middle of something. */
async function movedAtLast(journeyId: string, to: SequenceVersion) {
  for (;;) {
    const answer = await ask(journeyId, to).catch((error: unknown) => error);
    if (!(answer instanceof WorkflowUpdateFailedError)) return answer;
  }
}
