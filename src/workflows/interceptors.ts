import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';
import { poke } from './signals';

type Activation = ActivateInput['activation'];
type Job = NonNullable<Activation['jobs']>[number];

/** What the SDK calls around each workflow of a worker; ../worker/bundling names this file. */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        leaveOnePoke(input.activation);
        next(input);
      },
    },
  ],
});

/**
 * Pokes that follow one another in one activation are one: each says "look again", and nothing runs between them. The SDK spends a
 * millisecond on each signal (eight promises, and a stack for each), and cuts off an activation of over five seconds, at which Node ends.
 */
function leaveOnePoke(activation: Activation): void {
  activation.jobs = activation.jobs?.filter((job, index, jobs) => !(isPoke(job) && isPoke(jobs[index - 1]))) ?? null;
}

const isPoke = (job: Job | undefined): boolean => job?.signalWorkflow?.signalName === poke.name;
