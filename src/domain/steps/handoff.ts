import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { goesTo, slug, stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

export const handoffSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('handoff').meta({ description: 'Passes the lead to sales, and waits for the answer.' }),
    team: slug.optional().meta({ description: 'Default: the team that the routing rules choose.' }),
    sla: durationSchema.meta({
      description: 'Time for the rep to answer; then one escalation with the same time again.',
    }),
    onAccepted: goesTo('Where to go when sales takes the lead. Default: the step below.'),
    onRejected: goesTo('Where to go when sales says that it is no lead. Default: the step below.'),
    onRecycled: goesTo('Where to go when sales gives the lead back for later. Default: the step below.'),
    onExpired: goesTo('Where to go when nobody answers in time. Default: the step below.'),
  })
  .readonly();
export type HandoffStep = z.output<typeof handoffSchema>;

/** Passes the lead to sales and waits for the answer; `recycled` goes on at a named step. */
export const handoff: StepHandler<HandoffStep> = {
  targets: (step) => targetsAt(step, ['onAccepted', 'onRejected', 'onRecycled', 'onExpired']),
  fallsThrough: (step) => [step.onAccepted, step.onRejected, step.onRecycled, step.onExpired].includes(undefined),
  takesTime: () => true,
  passing: ({ onAccepted, onRejected }, { lead }) => {
    if (lead?.stage === 'lost') return { kind: 'handoff', to: onRejected };
    const isTaken = lead?.stage === 'sal' || lead?.stage === 'sql' || lead?.stage === 'won';
    return isTaken ? { kind: 'handoff', to: onAccepted } : undefined; // sales gave it back, or nobody answered
  },
  plan: (step, { phase }) => {
    if (phase.type !== 'settled') return { type: 'perform', effect: 'handoff' };
    const { outcome } = phase;
    if (outcome.effect !== 'handoff')
      throw new TypeError(`step ${step.id} is a handoff, its outcome is of ${outcome.effect}`);
    const to = {
      accepted: step.onAccepted,
      rejected: step.onRejected,
      recycled: step.onRecycled,
      expired: step.onExpired,
    }[outcome.status];
    return { type: 'go', to, kind: 'handoff', outcome: outcome.status, reason: outcome.reason };
  },
};
