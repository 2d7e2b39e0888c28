import { z } from 'zod';
import { factAt } from '../conditions/fact';
import { goesTo, nextStep, slug, stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

/** Where in a JSON answer a value stands: `company.size`, `items.0.name`. */
const jsonPath = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
    'not a place in an answer; write names joined by dots, like company.size',
  );

const NO_FACT = 'not a fact; write one like contact.email or contact.attributes.size';

export const webhookSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('webhook').meta({ description: 'Tells another system, and takes attributes from its answer.' }),
    endpoint: slug.meta({ description: 'One of rules/webhooks.yaml: its address and secret stand there.' }),
    send: z
      .array(
        z
          .string()
          .max(100)
          .refine((path) => factAt(path) !== undefined, NO_FACT),
      )
      .max(50)
      .default([])
      .meta({ description: 'Facts that go along, like contact.email; ids always do.' }),
    set: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not an attribute name'), jsonPath)
      .default({})
      .meta({ description: 'Attributes of the contact, each with the place of its value in the answer.' }),
    onFailed: goesTo('Where to go when it could not be delivered. Default: next.'),
    next: nextStep,
  })
  .readonly();
export type WebhookStep = z.output<typeof webhookSchema>;

/** Tells another system, signed as Standard Webhooks asks, and takes attributes from its answer. */
export const webhook: StepHandler<WebhookStep> = {
  targets: (step) => targetsAt(step, ['onFailed', 'next']),
  fallsThrough: (step) => step.next === undefined,
  passing: ({ next }) => ({ kind: 'webhook', to: next }),
  takesTime: () => false,
  endsByDate: () => true, // of a deferral
  plan: (step, { phase }) => {
    if (phase.type !== 'settled') return { type: 'perform', effect: 'webhook' };
    const { outcome } = phase;
    if (outcome.effect !== 'webhook')
      throw new TypeError(`step ${step.id} is a webhook, its outcome is of ${outcome.effect}`);
    const { status, reason } = outcome;
    if (status === 'deferred') return { type: 'stay', until: outcome.until, events: [], reason };
    if (status !== 'delivered')
      return {
        type: 'go',
        to: (status === 'failed' ? step.onFailed : undefined) ?? step.next,
        kind: 'webhook',
        outcome: status,
        reason,
      };
    const names = Object.keys(outcome.set);
    const changes = names.length > 0 ? [{ type: 'attributes' as const, set: outcome.set }] : [];
    const said = names.length > 0 ? `${reason}; sets ${names.join(', ')}` : reason;
    return { type: 'go', to: step.next, kind: 'webhook', outcome: status, reason: said, changes };
  },
};
