import { z } from 'zod';
import { slug, stepId } from '../sequence/names';
import type { StepHandler } from './handler';

export const mailSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('mail'),
    template: slug.meta({ description: 'A folder in templates/.' }),
    purpose: slug.optional().meta({ description: "Default: the sequence's purpose." }),
    next: stepId.optional(),
  })
  .readonly();
export type MailStep = z.output<typeof mailSchema>;

/** Sends one message through the gate and the ledger, then goes on; a deferred message waits and tries again under the same key. */
export const mail: StepHandler<MailStep> = {
  targets: (step) => (step.next ? [step.next] : []),
  fallsThrough: (step) => step.next === undefined,
  events: () => [],
  plan: (step, { phase }) => {
    if (phase.type === 'arrived' || phase.type === 'waiting') return { type: 'perform', effect: 'mail' };
    const { outcome } = phase;
    if (outcome.effect !== 'mail')
      throw new TypeError(`step ${step.id} is a mail, its outcome is of ${outcome.effect}`);
    switch (outcome.status) {
      case 'deferred':
        return { type: 'stay', until: outcome.until, events: [], reason: outcome.reason };
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
