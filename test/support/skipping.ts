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
  /** Lets the time of one that runs pass on, and resolves once it has got there; without `ms` to the end of its timers, at once. */
  further(workflowId: string, ms?: number): Promise<void>;
}

/** Lets a connection start workflows with time skipping, each as it is told before its start. */
export function skippingOn(connection: Connection, namespace: string): Skipping {
  const configs = new Map<string, SkippingConfig>();
  const service = connection.workflowService;
  const start = service.startWorkflowExecution.bind(service);
  const arrived = async (workflowId: string, fastForwardId: string) => {
    await service.pollWorkflowExecutionTimeSkipping({ namespace, workflowExecution: { workflowId }, fastForwardId });
  };
  let forwards = 0;
  Object.assign(service, {
    startWorkflowExecution: (request: { workflowId?: string | null }) =>
      start({ ...request, timeSkippingConfig: configs.get(request.workflowId ?? '') }),
  });
  return {
    toTheEnd: (workflowId) => void configs.set(workflowId, { enabled: true, maxSessionSkipCount: 1000 }),
    byMs: (workflowId, ms) =>
      void configs.set(workflowId, { enabled: true, fastForwardConfig: { id: FAST_FORWARD, duration: msToTs(ms) } }),
    reached: (workflowId) => arrived(workflowId, FAST_FORWARD),
    async further(workflowId, ms) {
      forwards += 1;
      const id = `${FAST_FORWARD} ${forwards}`;
      const forward =
        ms === undefined ? { maxSessionSkipCount: 1000 } : { fastForwardConfig: { id, duration: msToTs(ms) } };
      await service.updateWorkflowExecutionOptions({
        namespace,
        workflowExecution: { workflowId },
        workflowExecutionOptions: { timeSkippingConfig: { enabled: true, ...forward } },
        updateMask: { paths: ['time_skipping_config'] },
      });
      if (ms !== undefined) await arrived(workflowId, id);
    },
  };
}
