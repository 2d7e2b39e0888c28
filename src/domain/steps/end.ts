import { z } from 'zod';
import { slug, stepId } from '../sequence/names';
import type { StepHandler } from './handler';

export const endSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('end').meta({ description: 'Ends the journey.' }),
    outcome: slug.default('completed').meta({ description: 'How it ended, in reports. Default: completed.' }),
  })
  .readonly();
export type EndStep = z.output<typeof endSchema>;

/** Ends the journey with a named outcome. */
export const end: StepHandler<EndStep> = {
  fallsThrough: () => false,
  takesTime: () => true,
  plan: (step) => ({ type: 'end', outcome: step.outcome, reason: `reached ${step.id}`, kind: 'end' }),
};
