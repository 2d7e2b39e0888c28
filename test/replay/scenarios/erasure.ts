import { waitUntil } from '../../../src/runtime/processes';
import { cancelErasure, requestErasure } from '../../../src/store/erasures';
import { HOUR } from '../../support/builders';
import type { TestEngine } from '../../support/engine';
import { someone } from '../../support/journeys';
import { END, entered, type Scenario } from '../recording';

const PATIENCE_MS = 20_000;

async function asked({ db, deps }: TestEngine, contactId: string, after: number): Promise<string> {
  const request = { contactId, origin: 'request', by: 'a test', scope: 'marketing', after, now: Date.now() } as const;
  return (await requestErasure(db, deps.rules, request)).erasure.id;
}

/** Its workflow, once the outbox has started it. */
async function startedFor({ temporal }: TestEngine, id: string) {
  const handle = temporal.client.workflow.getHandle(`erasure:${id}`);
  const isThere = () =>
    handle.describe().then(
      () => true,
      () => false,
    );
  if (!(await waitUntil(isThere, PATIENCE_MS))) throw new Error(`erasure ${id} is not started`);
  return handle;
}

export const ERASURES: readonly Scenario[] = [
  {
    files: ['erasure/done'],
    async run({ live }) {
      const { contactId } = await entered(live, { steps: [{ id: 'rest', type: 'wait', for: '30d' }, END] });
      const handle = await startedFor(live, await asked(live, contactId, 0));
      await handle.result();
      return [{ workflowId: handle.workflowId }];
    },
  },
  {
    files: ['erasure/cancelled'],
    async run({ live }) {
      const { contactId } = await someone(live.db);
      const id = await asked(live, contactId, HOUR);
      const handle = await startedFor(live, id);
      await cancelErasure(live.db, { id, by: 'a test', now: Date.now() });
      await handle.result();
      return [{ workflowId: handle.workflowId }];
    },
  },
];
