import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Histories } from '../activities/erasure';
import { refusalOf } from './refusal';

interface Run {
  readonly workflowId: string;
  /** Absent: the newest. */
  readonly runId?: string;
}

const NOT_FOUND = 5; // gRPC
/** The server deletes beside everything else, and its index of workflows follows a moment later. */
const PATIENCE_MS = 60_000;

/** Deletes histories where the server allows it: Temporal's own does, and some that others run do not. */
export function createHistories(client: Client, patienceMs = PATIENCE_MS): Histories {
  const { namespace } = client.options;
  const service = client.workflowService;
  /** What the server has refused; undefined: it is deleted, or was not there. */
  const remove = (workflowId: string, runId?: string) =>
    refusalOf(() =>
      service.deleteWorkflowExecution({
        namespace,
        workflowExecution: runId === undefined ? { workflowId } : { workflowId, runId },
      }),
    );
  return {
    async deleteOf(contactId, workflowIds) {
      let deleted = 0;
      for (const { workflowId, runId } of await runsOf(contactId, workflowIds)) {
        const refusal = await remove(workflowId, runId);
        if (refusal && refusal.code !== NOT_FOUND) return { deleted, refused: refusal.details };
        if (!refusal) deleted += 1;
      }
      return { deleted, refused: null };
    },
    async leftOf(contactId) {
      const end = performance.now() + patienceMs;
      for (;;) {
        let left = 0;
        // the index of workflows lags behind: what it finds may be gone
        for await (const { workflowId, runId } of client.workflow.list({ query: byContact(contactId) }))
          if (await isThere(workflowId, runId)) left += 1;
        if (left === 0 || performance.now() > end) return left;
        await sleep(250);
      }
    },
  };

  /** Every run that is found, and of each workflow that is not found (yet) the newest. */
  async function runsOf(contactId: string, workflowIds: readonly string[]): Promise<readonly Run[]> {
    const runs: Run[] = [];
    for (const query of [byContact(contactId), ...workflowIds.map((id) => `WorkflowId = '${id}'`)])
      for await (const { workflowId, runId } of client.workflow.list({ query }))
        if (!runs.some((run) => run.runId === runId)) runs.push({ workflowId, runId });
    const found = new Set(runs.map(({ workflowId }) => workflowId));
    return [...runs, ...workflowIds.filter((id) => !found.has(id)).map((workflowId) => ({ workflowId }))];
  }

  async function isThere(workflowId: string, runId: string): Promise<boolean> {
    const execution = { workflowId, runId };
    return (await refusalOf(() => service.describeWorkflowExecution({ namespace, execution }))) === undefined;
  }
}

const byContact = (contactId: string): string => `ViveiroContact = '${contactId}'`;
