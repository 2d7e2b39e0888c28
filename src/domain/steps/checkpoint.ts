import { z } from 'zod';
import { conditionSchema, evaluate, explain } from '../conditions';
import { stepId } from '../sequence/names';
import type { StepHandler } from './handler';

export const checkpointSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('checkpoint'),
    when: conditionSchema,
    // biome-ignore lint/suspicious/noThenProperty: a word of the sequence language; nobody awaits a step
    then: stepId.optional(),
    else: stepId.optional(),
  })
  .readonly();
export type CheckpointStep = z.output<typeof checkpointSchema>;

/** Tests a condition on fresh facts and branches. */
export const checkpoint: StepHandler<CheckpointStep> = {
  targets: (step) => [step.then ?? [], step.else ?? []].flat(),
  fallsThrough: (step) => step.then === undefined || step.else === undefined,
  events: () => [],
  plan: (step, { facts, now }) => {
    const holds = evaluate(step.when, facts, now);
    const to = holds ? step.then : step.else;
    return { type: 'go', to, kind: 'branch', outcome: holds ? 'yes' : 'no', reason: explain(step.when, facts, now) };
  },
};
