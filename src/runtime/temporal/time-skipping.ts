import { randomUUID } from 'node:crypto';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import { failure } from '../../domain/errors';

type StartRequest =
  | temporal.api.workflowservice.v1.IStartWorkflowExecutionRequest
  | temporal.api.workflowservice.v1.ISignalWithStartWorkflowExecutionRequest;

/** More skips than the server's default of 200, at which it would go on in real time without a word. */
const SKIPPING = { enabled: true, maxSessionSkipCount: 1000 } as const;
const UNIMPLEMENTED = 12; // gRPC

/**
 * Makes a connection start those workflows with time skipping that `pick` chooses; all others run in real time. It changes the
 * connection itself, so whoever shares it shares this: give rehearsals one of their own, or pick by task queue.
 */
export function withTimeSkipping(connection: Connection, pick: (request: StartRequest) => boolean): Connection {
  const service = connection.workflowService;
  for (const method of ['startWorkflowExecution', 'signalWithStartWorkflowExecution'] as const) {
    const original: (...rest: never[]) => unknown = service[method];
    const skipping = (request: StartRequest, ...rest: readonly unknown[]) =>
      Reflect.apply(original, service, [
        pick(request) ? { ...request, timeSkippingConfig: SKIPPING } : request,
        ...rest,
      ]);
    Object.assign(service, { [method]: skipping });
  }
  return connection;
}

/** Whether a server can skip time. No capability tells, so a workflow that nobody runs is started with it and ended. */
export async function canSkipTime(connection: Connection, namespace: string): Promise<boolean> {
  const service = connection.workflowService;
  const workflowId = `viveiro-probe-${randomUUID()}`;
  try {
    await service.startWorkflowExecution({
      namespace,
      workflowId,
      requestId: randomUUID(),
      workflowType: { name: 'probe' },
      taskQueue: { name: workflowId },
      workflowExecutionTimeout: msToTs('1 minute'), // the server ends it if we cannot
      timeSkippingConfig: SKIPPING,
    });
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === UNIMPLEMENTED) return false;
    throw error;
  }
  await service.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId }, reason: 'probe' });
  return true;
}

/** Throws VIV_NO_TIME_SKIPPING on a server that cannot skip time. */
export async function requireTimeSkipping(connection: Connection, namespace: string): Promise<void> {
  if (!(await canSkipTime(connection, namespace))) throw failure('VIV_NO_TIME_SKIPPING', {});
}
