import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  TemporalFailure,
} from '@temporalio/workflow';
import type { HandoffInput, HandoffResult, handoff as handoffWorkflow } from './handoff';
import { watch } from './signals';
import type { Wake } from './waiter';

/** A handoff under way. */
export interface HandedOver {
  /** Absent: another run started it, so its answer is in the database, and a poke tells of it. */
  readonly result?: Promise<HandoffResult>;
}

const workflowIdOf = (key: string): string => `handoff:${key}`;

/** Starts the handoff, which outlives its journey. One that runs already is not started again. */
export async function startHandoff(input: HandoffInput): Promise<HandedOver> {
  try {
    const child = await startChild<typeof handoffWorkflow>('handoff', {
      workflowId: workflowIdOf(input.handoffId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    const result = child.result();
    result.catch(() => undefined); // a journey that goes on without it need not hear of it
    return { result };
  } catch (error) {
    // the server refuses a child for one reason alone: its id is taken
    if (error instanceof TemporalFailure && !isCancellation(error)) return {};
    throw error;
  }
}

/** Asks a handoff to poke its journey at its end. Answers whether it still runs. */
export async function followHandoff(key: string): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowIdOf(key)).signal(watch);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

/** Resolves with the handoff's answer, or with null when something else has happened. */
export function answeredOrPoked({ result }: HandedOver, wake: Wake): Promise<HandoffResult | null> {
  const poked = condition(() => wake.poked).then(() => null);
  return result ? Promise.race([result, poked]) : poked;
}
