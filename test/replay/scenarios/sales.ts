import { waitUntil } from '../../../src/runtime/processes';
import { transaction } from '../../../src/store/db';
import { answerHandoff } from '../../../src/store/handoffs';
import type { handoff } from '../../../src/workflows/handoff';
import { DAY } from '../../support/builders';
import { type TestEngine, workflowOf } from '../../support/engine';
import { anMql, SALES } from '../../support/sales';
import { END, entered, type Scenario, type Take } from '../recording';

const PATIENCE_MS = 20_000;
const SELL = { id: 'sell', type: 'handoff', sla: '1d' };
const STEPS = [
  { ...SELL, onRecycled: 'nurse', onRejected: 'done', onExpired: 'done' },
  END,
  { id: 'nurse', type: 'wait', for: '1s' },
  { id: 'back', type: 'end', outcome: 'nurtured' },
];

/** Id of the journey's handoff, once it stands in the database. */
export async function offeredBy(engine: TestEngine, journeyId: string): Promise<string> {
  const isOffered = async () => (await engine.db.handoff.count({ where: { journeyId } })) === 1;
  if (!(await waitUntil(isOffered, PATIENCE_MS))) throw new Error(`no handoff of ${journeyId}`);
  return (await engine.db.handoff.findFirstOrThrow({ where: { journeyId } })).id;
}

export const answer = (engine: TestEngine, handoffId: string, action: 'accept' | 'reject' | 'recycle') =>
  transaction(engine.db, (tx) => answerHandoff(tx, SALES, { handoffId, action, reason: 'because', at: Date.now() }));

async function answered(engine: TestEngine, action: 'accept' | 'reject' | 'recycle'): Promise<readonly Take[]> {
  const { journeyId } = await entered(engine, { steps: STEPS });
  const handoffId = await offeredBy(engine, journeyId);
  await answer(engine, handoffId, action);
  await engine.endOf(journeyId);
  return [{ workflowId: workflowOf(journeyId) }, { workflowId: `handoff:${handoffId}` }];
}

export const HANDOFFS: readonly Scenario[] = [
  { files: ['journey/handoff-accepted', 'handoff/accepted'], run: ({ live }) => answered(live, 'accept') },
  { files: ['journey/handoff-recycled', 'handoff/recycled'], run: ({ live }) => answered(live, 'recycle') },
  {
    files: ['journey/handoff-expired', 'handoff/expired'],
    async run({ live }) {
      const { journeyId } = await entered(live, { steps: STEPS, isSkipping: true }); // its handoff skips, too
      await live.endOf(journeyId);
      const { id } = await live.db.handoff.findFirstOrThrow({ where: { journeyId } });
      return [{ workflowId: workflowOf(journeyId) }, { workflowId: `handoff:${id}` }];
    },
  },
  {
    files: ['handoff/escalated'],
    async run({ live }) {
      const { handoffId, journeyId } = await anMql(live.db);
      const workflowId = `handoff:${handoffId}`;
      live.skipping.byMs(workflowId, 1.5 * DAY);
      const started = await live.temporal.client.workflow.start<typeof handoff>('handoff', {
        workflowId,
        taskQueue: live.taskQueue,
        args: [{ v: 1, handoffId, journeyId, stepId: 'sell' }],
      });
      await live.skipping.reached(workflowId);
      await answer(live, handoffId, 'accept');
      await started.result();
      return [{ workflowId }];
    },
  },
];
