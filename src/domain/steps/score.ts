import { z } from 'zod';
import { nextStep, stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

export const scoreSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('score').meta({ description: 'Gives the lead interest points, or takes some.' }),
    points: z
      .number()
      .min(-1000)
      .max(1000)
      .multipleOf(0.01)
      .refine((points) => points !== 0, 'must not be 0')
      .meta({ description: 'Interest that the lead gains, or loses; it fades like any other.' }),
    reason: z.string().min(1).max(200).optional().meta({ description: 'Shown in the story of the lead.' }),
    next: nextStep,
  })
  .readonly();
export type ScoreStep = z.output<typeof scoreSchema>;

/** Gives the lead interest points, or takes some, and goes on at once. */
export const score: StepHandler<ScoreStep> = {
  targets: (step) => targetsAt(step, ['next']),
  fallsThrough: (step) => step.next === undefined,
  takesTime: () => false,
  plan: (step, { key }) => {
    const { id: stepId, points, next } = step;
    const outcome = points > 0 ? `+${points}` : String(points);
    const reason = step.reason ?? `step ${stepId}`;
    return {
      type: 'go',
      to: next,
      kind: 'score',
      outcome,
      reason,
      recorded: true, // the score entry says it
      changes: [{ type: 'score', key, stepId, points, reason }],
    };
  },
};
