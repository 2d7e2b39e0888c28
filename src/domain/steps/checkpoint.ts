import { z } from 'zod';
import { conditionSchema, evaluate, explain } from '../conditions';
import { goesTo, slug, stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

const branchSchema = z
  .strictObject({
    name: slug.optional().meta({ description: 'Its name in decisions and reports. Default: the step it goes to.' }),
    when: conditionSchema,
    to: stepId.meta({ description: 'Where to go when it holds.' }),
  })
  .readonly();

export const checkpointSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('checkpoint').meta({ description: 'Tests conditions on fresh facts and branches.' }),
    when: conditionSchema.optional(),
    // biome-ignore lint/suspicious/noThenProperty: a word of the sequence language; nobody awaits a step
    then: goesTo('With when: where to go if it holds. Default: the step below.'),
    branches: z.array(branchSchema).min(1).max(50).optional().meta({ description: 'The first that holds is taken.' }),
    else: goesTo('Where to go if nothing holds. Default: the step below.'),
  })
  .refine((step) => (step.when === undefined) !== (step.branches === undefined), 'needs either `when:` or `branches:`')
  .refine((step) => step.then === undefined || step.when !== undefined, {
    error: 'goes with `when:`; a branch has `to:`',
    path: ['then'],
  })
  .readonly();
export type CheckpointStep = z.output<typeof checkpointSchema>;
type Branch = z.output<typeof branchSchema>;

/** Tests conditions on fresh facts and branches: yes or no, or the first of several that holds. */
export const checkpoint: StepHandler<CheckpointStep> = {
  targets: (step) => [
    ...targetsAt(step, ['then', 'else']),
    ...(step.branches ?? []).map(({ to }, index) => ({ at: ['branches', index, 'to'], to })),
  ],
  fallsThrough: (step) => step.else === undefined || (step.when !== undefined && step.then === undefined),
  takesTime: () => false,
  conditions: ({ when, branches = [] }) => [
    ...(when === undefined ? [] : [{ at: ['when'], condition: when }]),
    ...branches.map((branch, index) => ({ at: ['branches', index, 'when'], condition: branch.when })),
  ],
  plan: (step, { facts, now, explain: explained = explain }) => {
    const { when, branches = [] } = step;
    if (when !== undefined) {
      const holds = evaluate(when, facts, now);
      const to = holds ? step.then : step.else;
      return { type: 'go', to, kind: 'branch', outcome: holds ? 'yes' : 'no', reason: explained(when, facts, now) };
    }
    const taken = branches.find((branch) => evaluate(branch.when, facts, now));
    if (!taken) return { type: 'go', to: step.else, kind: 'branch', outcome: 'else', reason: 'no branch holds' };
    return {
      type: 'go',
      to: taken.to,
      kind: 'branch',
      outcome: nameOf(taken),
      reason: explained(taken.when, facts, now),
    };
  },
};

const nameOf = ({ name, to }: Branch): string => name ?? to;
