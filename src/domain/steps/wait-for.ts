import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { eventTypeSchema } from '../event';
import type { FactEvent } from '../facts';
import { isNewTo } from '../journey/state';
import { stepId } from '../sequence/names';
import type { Situation, StepHandler } from './handler';

export const waitForSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('waitFor'),
    event: z.union([eventTypeSchema, z.array(eventTypeSchema).min(1)]),
    timeout: durationSchema,
    onEvent: stepId.optional(),
    onTimeout: stepId.optional(),
  })
  .readonly();
export type WaitForStep = z.output<typeof waitForSchema>;

const typesOf = (step: WaitForStep): readonly string[] => [step.event].flat();

/** The first event that counts: of a wanted type, new to the journey, and in time. */
function match(step: WaitForStep, situation: Situation, until: number): FactEvent | undefined {
  const types = typesOf(step);
  return situation.facts.events.find(
    (event) => types.includes(event.type) && event.at <= until && isNewTo(event, situation),
  );
}

/**
 * Waits for an event, or until the timeout. It sees what came since the step before it began, each event once.
 * An event that happened in time wins over the timeout, even when it is seen later.
 */
export const waitFor: StepHandler<WaitForStep> = {
  targets: (step) => [step.onEvent ?? [], step.onTimeout ?? []].flat(),
  fallsThrough: (step) => step.onEvent === undefined || step.onTimeout === undefined,
  events: typesOf,
  plan: (step, situation) => {
    const { phase, now } = situation;
    const until = (phase.type === 'waiting' ? phase.until : null) ?? now + step.timeout;
    const event = match(step, situation, until);
    const wanted = typesOf(step).join(' or ');
    if (event)
      return {
        type: 'go',
        to: step.onEvent,
        kind: 'branch',
        outcome: 'event',
        reason: `${event.type} came`,
        usedSeq: event.seq,
      };
    if (now >= until)
      return {
        type: 'go',
        to: step.onTimeout,
        kind: 'branch',
        outcome: 'timeout',
        reason: `no ${wanted} within ${durationText(step.timeout)}`,
      };
    return {
      type: 'stay',
      until,
      events: typesOf(step),
      reason: `waits for ${wanted}, at most ${durationText(step.timeout)}`,
    };
  },
};
