import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { chance, weighted } from '../chance';
import { prioritySchema } from '../gate/priority';
import { nextStep, slug, stepId } from '../sequence/names';
import { type Situation, type StepHandler, type StepPlan, targetsAt } from './handler';
import { isUniqueBy } from './unique';

const variantSchema = z
  .strictObject({
    name: slug.meta({ description: 'Its name in decisions and reports.' }),
    template: slug.meta({ description: 'A folder in templates/.' }),
    weight: z
      .number()
      .positive()
      .max(1_000_000)
      .default(1)
      .meta({ description: 'How often it is sent, against the others.' }),
  })
  .readonly();

const winnerSchema = z
  .strictObject({
    by: z
      .enum(['clicks', 'goal'])
      .meta({ description: 'What counts: recipients who clicked, or who reached the goal.' }),
    after: z.int().min(10).max(10_000_000).meta({ description: 'Mails of each variant before they are compared.' }),
    within: durationSchema.meta({ description: 'How long a recipient has time: younger mails are not counted.' }),
    confidence: z.number().min(50).max(99.9).default(95).meta({ description: 'Per cent.' }),
  })
  .readonly();
export type WinnerRule = z.output<typeof winnerSchema>;

export const mailSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('mail').meta({ description: 'Sends a message, or one of several variants.' }),
    template: slug.optional().meta({ description: 'A folder in templates/.' }),
    variants: z
      .array(variantSchema)
      .min(2)
      .max(10)
      .optional()
      .meta({ description: 'Instead of `template`: each recipient gets one of them, by weight.' }),
    winner: winnerSchema.optional().meta({ description: 'When the best variant is sent to everyone.' }),
    purpose: slug.optional().meta({ description: "Default: the sequence's purpose." }),
    priority: prioritySchema.optional().meta({ description: "Where gate rules compare it. Default: the sequence's." }),
    next: nextStep,
  })
  .refine(
    (step) => (step.template === undefined) !== (step.variants === undefined),
    'needs either `template:` or `variants:`',
  )
  .refine(({ variants = [] }) => isUniqueBy(variants, ({ name }) => name), {
    error: 'has two variants of one name',
    path: ['variants'],
  })
  .refine((step) => step.winner === undefined || step.variants !== undefined, {
    error: 'needs `variants:` to choose from',
    path: ['winner'],
  })
  .readonly();
export type MailStep = z.output<typeof mailSchema>;

const SENT = { type: 'perform', effect: 'mail' } as const;

/** Sends one message through the gate and the ledger, then goes on; a deferred message waits and tries again under the same key. */
export const mail: StepHandler<MailStep> = {
  targets: (step) => targetsAt(step, ['next']),
  fallsThrough: (step) => step.next === undefined,
  passing: ({ next }) => ({ kind: 'skip', to: next }),
  takesTime: () => false,
  endsByDate: () => true, // of a deferral
  mails: ({ template, variants = [], purpose }) => [
    ...(template === undefined ? [] : [{ at: ['template'], template, purpose }]),
    ...variants.map((variant, index) => ({ at: ['variants', index, 'template'], template: variant.template, purpose })),
  ],
  plan: (step, situation) => {
    const { phase } = situation;
    if (phase.type === 'arrived' || phase.type === 'waiting')
      return step.variants === undefined ? SENT : { ...SENT, ...variantFor(step.variants, step.id, situation) };
    const { outcome } = phase;
    if (outcome.effect !== 'mail')
      throw new TypeError(`step ${step.id} is a mail, its outcome is of ${outcome.effect}`);
    switch (outcome.status) {
      case 'deferred':
        return { type: 'stay', until: outcome.until, events: outcome.wakesOn ?? [], reason: outcome.reason };
      case 'exit':
        return { type: 'end', outcome: 'exit', reason: outcome.reason, kind: 'exit' };
      default:
        return {
          type: 'go',
          to: step.next,
          kind: 'send',
          outcome: outcome.status,
          reason: outcome.reason,
          recorded: true,
        };
    }
  },
};

/**
 * The one that won, else by chance. The same send always gets the same variant, however often it is tried and whatever wins meanwhile,
 * for as long as its step has it.
 */
function variantFor(
  variants: NonNullable<MailStep['variants']>,
  id: string,
  { facts, key, variant: chosen }: Situation,
): Pick<Extract<StepPlan, { effect: 'mail' }>, 'variant' | 'reason'> {
  const kept = chosen === undefined ? undefined : variants.find(({ name }) => name === chosen);
  if (kept) return { variant: kept.name, reason: 'it was chosen before' };
  const won = variants.find(({ name }) => name === facts.winners?.[id]);
  if (won) return { variant: won.name, reason: 'it has won the comparison' };
  const { name } = weighted(variants, chance('variant', key));
  return { variant: name, reason: 'by chance, the variants are being compared' };
}

/** How much a mail counts against others. */
export const priorityOf = (step: Pick<MailStep, 'priority'>, sequence: { readonly priority?: number }): number =>
  step.priority ?? sequence.priority ?? 0;

/** The template of a mail step's variant. Throws RangeError for a variant that it does not have. */
export function templateOf({ id, template, variants = [] }: MailStep, variant: string | undefined): string {
  const found = variants.find(({ name }) => name === variant)?.template ?? template;
  if (found === undefined) throw new RangeError(`step ${id} has no variant ${variant}`);
  return found;
}
