import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { chance, weighted } from '../chance';
import { goesTo, nextStep, slug, stepId } from '../sequence/names';
import { type Situation, type StepHandler, targetsAt } from './handler';
import { isUniqueBy } from './unique';

const weight = z.number().positive().max(1_000_000).meta({ description: 'How many go this way, against the others.' });

const branchSchema = z
  .strictObject({
    name: slug.meta({ description: 'Its name in decisions and reports.' }),
    weight: weight.default(1).meta({ description: 'How many go this way, against the others. Default: 1.' }),
    to: goesTo('Where to go. Default: next.'),
  })
  .readonly();

const holdoutSchema = z
  .strictObject({
    weight,
    for: durationSchema.meta({ description: 'How long its members are watched without anything being sent.' }),
  })
  .readonly();

export const splitSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('split').meta({
      description: 'Sends each contact down one of several ways, by chance; the same contact always the same way.',
    }),
    by: slug.optional().meta({
      description:
        'Splits with the same name put a contact into the same place, in any sequence. Default: this step alone.',
    }),
    branches: z.array(branchSchema).min(1).max(50).meta({ description: 'The ways.' }),
    holdout: holdoutSchema.optional().meta({
      description:
        'A part that gets nothing: it waits here, so that goal and exits count, and ends with the outcome holdout.',
    }),
    next: nextStep,
  })
  .refine(({ branches }) => isUniqueBy(branches, ({ name }) => name), {
    error: 'has two branches of one name',
    path: ['branches'],
  })
  .readonly();
export type SplitStep = z.output<typeof splitSchema>;

/** Name of the part that gets nothing. */
const HOLDOUT = 'holdout';

/** Sends each contact down one of several ways, by weight; the same contact always the same way. */
export const split: StepHandler<SplitStep> = {
  targets: (step) => [
    ...step.branches.flatMap(({ to }, index) => (to === undefined ? [] : [{ at: ['branches', index, 'to'], to }])),
    ...targetsAt(step, ['next']),
  ],
  fallsThrough: (step) => step.next === undefined && step.branches.some(({ to }) => to === undefined),
  takesTime: () => false,
  plan: (step, situation) => {
    const { phase, now } = situation;
    if (phase.type === 'waiting') return watched(step, phase.until ?? now, now);
    const number = placeOf(step, situation);
    const ways: readonly Way[] = step.holdout
      ? [{ name: HOLDOUT, weight: step.holdout.weight }, ...step.branches]
      : step.branches;
    const way = weighted(ways, number);
    const share = (way.weight / ways.reduce((sum, one) => sum + one.weight, 0)) * 100;
    if (step.holdout && way.name === HOLDOUT) return watched(step, now + step.holdout.for, now);
    const reason = `by chance, ${Number(share.toFixed(1))} % go this way`;
    return { type: 'go', to: way.to ?? step.next, kind: 'branch', outcome: way.name, reason };
  },
};

interface Way {
  readonly name: string;
  readonly weight: number;
  readonly to?: string;
}

/** Depends on the contact alone, so every visit and every journey gives the same answer. */
function placeOf(step: SplitStep, { facts, sequence }: Situation): number {
  return step.by === undefined
    ? chance('split', sequence, step.id, facts.contact.id)
    : chance('split', step.by, facts.contact.id);
}

function watched(step: SplitStep, until: number, now: number): ReturnType<StepHandler<SplitStep>['plan']> {
  if (now >= until) return { type: 'end', outcome: HOLDOUT, reason: 'was held out', kind: 'end' };
  const { for: time = 0 } = step.holdout ?? {};
  return { type: 'stay', until, events: [], reason: `held out: nothing is sent for ${durationText(time)}` };
}
