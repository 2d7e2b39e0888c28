import { z } from 'zod';
import { nextStep, slug, stepId } from '../sequence/names';
import { type Change, type StepHandler, targetsAt } from './handler';

const tags = z.array(slug).max(50).default([]);

export const updateSchema = z
  .strictObject({
    id: stepId,
    type: z
      .literal('update')
      .meta({ description: 'Sets attributes and tags of the contact, or the stage of the lead.' }),
    set: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not an attribute name'),
        z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
      )
      .default({})
      .meta({ description: 'Attributes of the contact.' }),
    tag: tags.meta({ description: 'Tags that the contact gets.' }),
    untag: tags.meta({ description: 'Tags that the contact loses.' }),
    stage: z
      .enum(['nurturing', 'mql', 'sql', 'won', 'lost'])
      .optional()
      .meta({ description: 'The new stage of the lead.' }),
    next: nextStep,
  })
  .refine(
    ({ set, tag, untag, stage }) => Object.keys(set).length + tag.length + untag.length > 0 || stage !== undefined,
    'needs `set:`, `tag:`, `untag:` or `stage:`',
  )
  .refine(({ tag, untag }) => !tag.some((name) => untag.includes(name)), {
    error: 'takes away a tag that it gives',
    path: ['untag'],
  })
  .readonly();
export type UpdateStep = z.output<typeof updateSchema>;

/** Sets attributes and tags of the contact, or the stage of the lead, and goes on at once. */
export const update: StepHandler<UpdateStep> = {
  targets: (step) => targetsAt(step, ['next']),
  fallsThrough: (step) => step.next === undefined,
  takesTime: () => false,
  plan: (step) => {
    const { set, tag, untag, stage, next } = step;
    const names = Object.keys(set);
    const changes: readonly Change[] = [
      ...(names.length > 0 ? [{ type: 'attributes' as const, set }] : []),
      ...(tag.length + untag.length > 0 ? [{ type: 'tags' as const, add: tag, remove: untag }] : []),
      ...(stage === undefined ? [] : [{ type: 'stage' as const, stage }]),
    ];
    const said = [
      ...names.map((name) => `${name} = ${String(set[name])}`),
      ...tag.map((name) => `tag ${name}`),
      ...untag.map((name) => `no tag ${name}`),
      ...(stage === undefined ? [] : [`stage = ${stage}`]),
    ];
    return { type: 'go', to: next, kind: 'update', outcome: 'set', reason: said.join(', '), changes };
  },
};
