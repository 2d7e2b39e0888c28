import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { EVENTS } from '../event';
import { goesTo, nextStep, slug, stepId } from '../sequence/names';
import { answerTo } from './answer';
import { type Change, type StepHandler, targetsAt } from './handler';

export const joinSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('join').meta({ description: 'Enters another sequence.' }),
    sequence: slug.meta({ description: 'The sequence to enter.' }),
    wait: z.boolean().default(false).meta({ description: 'Whether this journey waits until that one has ended.' }),
    timeout: durationSchema.optional().meta({ description: 'With `wait`: the longest wait.' }),
    outcomes: z.record(slug, stepId).default({}).meta({
      description: 'With `wait`: where to go on after each outcome of it; `refused` when it lets the contact not in.',
    }),
    onTimeout: goesTo('With `wait`: where to go after the longest wait. Default: next.'),
    next: nextStep,
  })
  .refine((step) => step.wait || (step.timeout === undefined && Object.keys(step.outcomes).length === 0), {
    error: 'goes with `wait: true`; without it the journey goes on at once',
    path: ['wait'],
  })
  .readonly();
export type JoinStep = z.output<typeof joinSchema>;

/** Enters another sequence with the same lead, and goes on at once or when that journey has ended. */
export const join: StepHandler<JoinStep> = {
  targets: (step) => [
    ...Object.entries(step.outcomes).map(([outcome, to]) => ({ at: ['outcomes', outcome], to })),
    ...targetsAt(step, ['onTimeout', 'next']),
  ],
  fallsThrough: (step) => step.next === undefined,
  passing: ({ next }) => ({ kind: 'join', to: next }),
  takesTime: (step) => step.wait,
  events: (step) => (step.wait ? [{ at: ['wait'], type: EVENTS.journeyEnded }] : []),
  plan: (step, situation) => {
    const { phase, now, key } = situation;
    const { id: stepId, sequence, timeout } = step;
    const entering: Change = { type: 'join', key, stepId, sequence, isAwaited: step.wait };
    if (!step.wait)
      return { type: 'go', to: step.next, kind: 'join', outcome: 'entered', reason: sequence, changes: [entering] };
    const until = phase.type === 'waiting' ? phase.until : timeout === undefined ? null : now + timeout;
    const answer = answerTo(situation, { type: EVENTS.journeyEnded, property: 'joinId', until });
    if (answer) {
      const { outcome, usedSeq } = answer;
      const to = (Object.hasOwn(step.outcomes, outcome) ? step.outcomes[outcome] : undefined) ?? step.next;
      return { type: 'go', to, kind: 'join', outcome, reason: `${sequence} ended: ${outcome}`, usedSeq };
    }
    if (until !== null && now >= until) {
      const reason = `${sequence} has not ended within ${durationText(timeout ?? 0)}`;
      return { type: 'go', to: step.onTimeout ?? step.next, kind: 'join', outcome: 'timeout', reason };
    }
    const reason = `enters ${sequence} and waits for its end`;
    return { type: 'stay', until, events: [EVENTS.journeyEnded], reason, changes: [entering] };
  },
};
