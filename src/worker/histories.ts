import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Histories } from '../activities/erasure';
import { refusalOf } from './refusal';

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
      const runs = new Map<string, { readonly workflowId: string; readonly runId: string }>();
      for await (const { workflowId, runId } of client.workflow.list({ query: byContact(contactId) }))
        runs.set(runId, { workflowId, runId });
      for (const id of workflowIds)
        for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId = '${id}'` }))
          runs.set(runId, { workflowId, runId });
      // the newest run of each may not be found yet
      const named = workflowIds.filter((id) => ![...runs.values()].some(({ workflowId }) => workflowId === id));
      let deleted = 0;
      for (const { workflowId, runId = undefined } of [
        ...runs.values(),
        ...named.map((workflowId) => ({ workflowId, runId: undefined })),
      ]) {
        const refusal = await remove(workflowId, runId);
        if (refusal && refusal.code !== NOT_FOUND) return { deleted, refused: refusal.details };
        if (!refusal) deleted += 1;
      }
      return { deleted, refused: null };
    },
    async leftOf(contactId) {
      const end = performance.now() + patienceMs;
      for (;;) {
        const { count } = await service.countWorkflowExecutions({ namespace, query: byContact(contactId) });
        const left = Number(count);
        if (left === 0 || performance.now() > end) return left;
        await sleep(250);
      }
    },
  };
}

const byContact = (contactId: string): string => `ViveiroContact = '${contactId}'`;

