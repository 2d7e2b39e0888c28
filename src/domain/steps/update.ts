import { z } from 'zod';
import { stepId } from '../sequence/names';
import type { Change, StepHandler } from './handler';

export const updateSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('update'),
    set: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not an attribute name'),
        z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
      )
      .default({})
      .meta({ description: 'Attributes of the contact.' }),
    stage: z
      .enum(['nurturing', 'mql', 'sql', 'won', 'lost'])
      .optional()
      .meta({ description: 'The new stage of the lead.' }),
    next: stepId.optional(),
  })
  .refine((step) => Object.keys(step.set).length > 0 || step.stage !== undefined, 'needs `set:` or `stage:`')
  .readonly();
export type UpdateStep = z.output<typeof updateSchema>;

/** Sets attributes of the contact, or the stage of the lead, and goes on at once. */
export const update: StepHandler<UpdateStep> = {
  targets: (step) => (step.next ? [step.next] : []),
  fallsThrough: (step) => step.next === undefined,
  events: () => [],
  plan: (step) => {
    const names = Object.keys(step.set);
    const changes: Change[] = names.length ? [{ type: 'attributes', set: step.set }] : [];
    if (step.stage) changes.push({ type: 'stage', stage: step.stage });
    const said = [
      ...names.map((name) => `${name} = ${String(step.set[name])}`),
      ...(step.stage ? [`stage = ${step.stage}`] : []),
    ];
    return { type: 'go', to: step.next, kind: 'update', outcome: 'set', reason: said.join(', '), changes };
  },
};
