import type { TestTemporal } from './temporal';

export interface Run {
  readonly runId: string;
  /** Number of events of its history. */
  readonly events: number;
}

/** All runs of a workflow, the newest first: each names the one that it continues. */
export async function runsOf({ client }: Pick<TestTemporal, 'client'>, workflowId: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let { runId }: { runId: string } = await client.workflow.getHandle(workflowId).describe();
  while (runId) {
    const { events = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ runId, events: events?.length ?? 0 });
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return runs;
}
