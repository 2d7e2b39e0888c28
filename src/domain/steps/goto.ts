import { z } from 'zod';
import { nextStep, stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

export const gotoSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('goto').meta({ description: 'Goes to another step, so many times at most.' }),
    to: stepId.meta({ description: 'Where to go, `most` times.' }),
    most: z.int().min(1).max(1000).meta({ description: 'How often a journey goes there from here; then it goes on.' }),
    next: nextStep,
  })
  .readonly();
export type GotoStep = z.output<typeof gotoSchema>;

/** Goes back (or ahead) to another step, a limited number of times, then on to `next` or the step below. */
export const goto: StepHandler<GotoStep> = {
  targets: (step) => targetsAt(step, ['to', 'next']),
  fallsThrough: (step) => step.next === undefined,
  takesTime: () => false,
  plan: (step, { visit }) => {
    const goes = visit <= step.most;
    const outcome = goes ? 'goes' : 'goes on';
    const reason = goes ? `time ${visit} of ${step.most}` : `has gone to ${step.to} ${step.most} times`;
    return { type: 'go', to: goes ? step.to : step.next, kind: 'branch', outcome, reason };
  },
};
