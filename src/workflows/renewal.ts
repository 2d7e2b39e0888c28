import { allHandlersFinished, condition, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';

/**
 * Events of one run before it continues as new: far below 4,096, since in a storm of pokes a worker that lost its memory of a run
 * reads all of it again, and the longer that takes, the more has come meanwhile.
 */
const MOST_EVENTS = 1_000;

/** Whether a run should continue as new where it rests: its history is long, or its worker's successor waits for it. */
export function isRenewalDue(): boolean {
  const { historyLength, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  return historyLength >= MOST_EVENTS || continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}

/**
 * Continues as new once no handler is under way, on the current version of the worker if that is another one. `carried` is asked
 * last: what a handler has changed is in it.
 */
export async function renew<W extends (input: never) => Promise<unknown>>(
  carried: () => Parameters<W>[0],
): Promise<never> {
  await condition(allHandlersFinished);
  const isMoving = workflowInfo().targetWorkerDeploymentVersionChanged;
  const options = isMoving ? ({ initialVersioningBehavior: 'AUTO_UPGRADE' } as const) : {};
  return makeContinueAsNewFunc<(input: Parameters<W>[0]) => Promise<unknown>>(options)(carried());
}
