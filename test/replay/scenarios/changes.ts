import { SAME_STEPS } from '../../../src/domain/change/step-map';
import { transaction } from '../../../src/store/db';
import { closeTask } from '../../../src/store/tasks';
import { migrate } from '../../../src/workflows/migrate';
import { workflowOf } from '../../support/engine';
import { published } from '../../support/journeys';
import { SALES } from '../../support/sales';
import { aRun, END, entered, type Scenario } from '../recording';

const CALL = { id: 'call', type: 'task', kind: 'call', title: 'Ask about the greenhouse', due: '1d' };

/** Steps that other people, systems and sequences take part in, and a move to another version. */
export const CHANGES: readonly Scenario[] = [
  aRun('score', { steps: [{ id: 'more', type: 'score', points: 5 }, END] }),
  aRun('task-overdue', { steps: [CALL, END] }),
  aRun('webhook', { steps: [{ id: 'tell', type: 'webhook', endpoint: 'crm' }, END] }), // no such endpoint: it fails, and goes on
  aRun('join-refused', { steps: [{ id: 'other', type: 'join', sequence: 'nowhere', wait: true, timeout: '1d' }, END] }),
  {
    files: ['journey/task-closed'],
    async run({ live }) {
      const { journeyId } = await entered(live, { steps: [CALL, END] });
      const { id: taskId } = await live.db.task.findFirstOrThrow({ where: { journeyId } });
      const closing = { taskId, outcome: 'reached', at: Date.now() };
      await transaction(live.db, (tx) => closeTask(tx, SALES, closing));
      await live.endOf(journeyId);
      return [{ workflowId: workflowOf(journeyId) }];
    },
  },
  {
    files: ['journey/migrated'],
    async run({ live }) {
      const { journeyId, version } = await entered(live, { steps: [{ id: 'rest', type: 'wait', for: '9d' }, END] });
      const steps = [{ id: 'rest', type: 'wait', for: '1s' }, END];
      const to = await published(live.db, { sequence: version.sequence, purpose: 'transactional', steps });
      const handle = live.temporal.client.workflow.getHandle(workflowOf(journeyId));
      await handle.executeUpdate(migrate, { args: [{ toVersionId: to.id, map: SAME_STEPS }] });
      await live.endOf(journeyId);
      return [{ workflowId: workflowOf(journeyId) }];
    },
  },
];
