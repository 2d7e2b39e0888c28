import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';

type SkippingConfig = temporal.api.common.v1.ITimeSkippingConfig;
const FAST_FORWARD = 'test';

/** How time passes for one workflow: in real time unless told, to the end of its timers, or on to a point and then in real time. */
export interface Skipping {
  toTheEnd(workflowId: string): void;
  byMs(workflowId: string, ms: number): void;
  /** Resolves once a workflow started with `byMs` has got there. */
  reached(workflowId: string): Promise<void>;
}

/** Lets a connection start workflows with time skipping, each as it is told before its start. */
export function skippingOn(connection: Connection, namespace: string): Skipping {
  const configs = new Map<string, SkippingConfig>();
  const service = connection.workflowService;
  const start = service.startWorkflowExecution.bind(service);
  Object.assign(service, {
    startWorkflowExecution: (request: { workflowId?: string | null }) =>
      start({ ...request, timeSkippingConfig: configs.get(request.workflowId ?? '') }),
  });
  return {
    toTheEnd: (workflowId) => void configs.set(workflowId, { enabled: true, maxSessionSkipCount: 1000 }),
    byMs: (workflowId, ms) =>
      void configs.set(workflowId, { enabled: true, fastForwardConfig: { id: FAST_FORWARD, duration: msToTs(ms) } }),
    async reached(workflowId) {
      await service.pollWorkflowExecutionTimeSkipping({
        namespace,
        workflowExecution: { workflowId },
        fastForwardId: FAST_FORWARD,
      });
    },
  };
}
