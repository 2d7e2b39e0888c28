import { ingest } from '../../../src/store/ingest';
import { beginPause } from '../../../src/store/pauses';
import { endPause } from '../../../src/store/resume';
import type { sweep } from '../../../src/workflows/sweep';
import { type TestEngine, workflowOf } from '../../support/engine';
import { anIncoming, aWaitFor, ENDS } from '../../support/journeys';
import { runsOf } from '../../support/runs';
import { SALES } from '../../support/sales';
import { aMail, END, entered, type Scenario, through } from '../recording';
import { answer, offeredBy } from './sales';

const A_PURCHASE = { properties: { reference: 'r1', amount: 12 } };
const tell = (engine: TestEngine, contactId: string, type: string) =>
  ingest(engine.db, SALES, anIncoming(contactId, type, type === 'purchase' ? A_PURCHASE : {}));

/** Pokes until the workflow has continued as new. */
async function renewed(engine: TestEngine, workflowId: string): Promise<void> {
  const handle = engine.temporal.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  while ((await handle.describe()).runId === runId)
    await Promise.all(Array.from({ length: 20 }, (_, n) => handle.signal('poke', n)));
}

/** Runs of a workflow, the oldest first. */
async function takesOf(engine: TestEngine, workflowId: string) {
  const runs = await runsOf(engine.temporal, workflowId);
  return runs.toReversed().map(({ runId }) => ({ workflowId, runId }));
}

/** A journey that waits, and what then makes it go on. */
function woken(covers: string, event: string, parts: object = {}): Scenario {
  return {
    files: [`journey/${covers}`],
    async run({ live }) {
      const { journeyId, contactId } = await entered(live, { steps: [aWaitFor('page.viewed'), ...ENDS], parts });
      await tell(live, contactId, event);
      await live.endOf(journeyId);
      return [{ workflowId: workflowOf(journeyId) }];
    },
  };
}

export const MOMENTS: readonly Scenario[] = [
  woken('wait-for-event', 'page.viewed'),
  woken('goal-in-a-wait', 'purchase', { goal: { name: 'bought', on: 'purchase' } }),
  woken('exit-in-a-wait', 'mail.unsubscribed', { exits: [{ name: 'left', on: 'mail.unsubscribed' }] }),
  {
    files: ['journey/poked-for-nothing'],
    async run({ live }) {
      const { journeyId, contactId } = await entered(live, { steps: [aWaitFor('page.viewed'), ...ENDS] });
      for (let n = 0; n < 3; n += 1) await live.lifecycle.poke(workflowOf(journeyId), n);
      await live.until(journeyId, ({ turn }) => turn > 1);
      await tell(live, contactId, 'page.viewed');
      await live.endOf(journeyId);
      return [{ workflowId: workflowOf(journeyId) }];
    },
  },
  {
    files: ['journey/paused'],
    async run({ live }) {
      const steps = [{ id: 'rest', type: 'wait', for: '1s' }, END];
      const { journeyId, version } = await entered(live, { steps });
      const target = { type: 'sequence', sequence: version.sequence } as const;
      const about = { target, mode: 'freeze', reason: 'a look', by: 'ana', now: Date.now() } as const;
      const { pause } = await beginPause(live.db, about);
      await live.until(journeyId, ({ heldBy }) => heldBy === pause.id);
      await endPause(live.db, { pauseId: pause.id, by: 'ana', now: Date.now(), perMinute: 600 });
      await live.endOf(journeyId);
      return [{ workflowId: workflowOf(journeyId) }];
    },
  },
  {
    files: ['journey/activity-retried'],
    run: ({ live, spoil }) => through(live, { steps: [aMail('hello'), END], before: (id) => spoil(id, 'once') }),
  },
  {
    files: ['journey/failed'],
    run: ({ live, spoil }) => through(live, { steps: [aMail('hello'), END], before: (id) => spoil(id, 'for-good') }),
  },
  { files: ['journey/mail-by-lane'], run: ({ limited }) => through(limited, { steps: [aMail('hello'), END] }) },
  {
    files: ['journey/continued-1', 'journey/continued-2'],
    async run({ live }) {
      const { journeyId, contactId } = await entered(live, { steps: [aWaitFor('page.viewed'), ...ENDS] });
      await renewed(live, workflowOf(journeyId));
      await tell(live, contactId, 'page.viewed');
      await live.endOf(journeyId);
      return takesOf(live, workflowOf(journeyId));
    },
  },
  {
    files: ['journey/handoff-continued-1', 'journey/handoff-continued-2', 'handoff/watched'],
    async run({ live }) {
      const { journeyId } = await entered(live, {
        steps: [{ id: 'sell', type: 'handoff', sla: '1d', onRecycled: 'done' }, END],
      });
      const handoffId = await offeredBy(live, journeyId);
      await renewed(live, workflowOf(journeyId));
      await answer(live, handoffId, 'accept');
      await live.endOf(journeyId);
      await live.temporal.client.workflow.getHandle(`handoff:${handoffId}`).result();
      return [...(await takesOf(live, workflowOf(journeyId))), { workflowId: `handoff:${handoffId}` }];
    },
  },
  {
    files: ['handoff/continued-1', 'handoff/continued-2'],
    async run({ live }) {
      const { journeyId } = await entered(live, {
        steps: [{ id: 'sell', type: 'handoff', sla: '1d', onRecycled: 'done' }, END],
      });
      const handoffId = await offeredBy(live, journeyId);
      await renewed(live, `handoff:${handoffId}`);
      await answer(live, handoffId, 'accept');
      await live.endOf(journeyId);
      return takesOf(live, `handoff:${handoffId}`);
    },
  },
  {
    files: ['journey/rehearsed', 'handoff/rehearsed'],
    async run({ rehearsed }) {
      const steps = [
        aMail('hello'),
        { ...aWaitFor('mail.clicked'), onEvent: 'sell' },
        { id: 'sell', type: 'handoff', sla: '1d', onRecycled: 'silent' },
        { id: 'silent', type: 'end', outcome: 'silent' },
      ];
      const [journey] = await through(rehearsed, { steps });
      const journeyId = journey?.workflowId.replace('journey:', '') ?? '';
      const { id } = await rehearsed.db.handoff.findFirstOrThrow({ where: { journeyId } });
      return [{ workflowId: workflowOf(journeyId) }, { workflowId: `handoff:${id}` }];
    },
  },
  {
    files: ['sweep/daily'],
    async run({ live }) {
      const workflowId = `sweep:${live.taskQueue}`;
      const { taskQueue } = live;
      await live.temporal.client.workflow.execute<typeof sweep>('sweep', { workflowId, taskQueue, args: [{ v: 1 }] });
      return [{ workflowId }];
    },
  },
];
