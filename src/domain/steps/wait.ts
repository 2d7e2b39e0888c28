import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { nextLocalTime, weekdaySchema, zoneSchema } from '../calendar/local-time';
import { stepId } from '../sequence/names';
import { type StepHandler, targetsAt } from './handler';

const untilSchema = z
  .strictObject({
    time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 09:00'),
    weekday: z.union([weekdaySchema, z.array(weekdaySchema).min(1)]).optional(),
    zone: z.union([z.literal('contact'), zoneSchema]).default('contact'),
  })
  .readonly();

export const waitSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('wait'),
    for: durationSchema.optional(),
    until: untilSchema.optional(),
    next: stepId.optional(),
  })
  .refine(
    (step) => (step.for === undefined) !== (step.until === undefined),
    'needs either `for: 2d` or `until: { time: "09:00" }`',
  )
  .readonly();
export type WaitStep = z.output<typeof waitSchema>;

/** Waits a duration, or until the next such local time (strictly later than now) in the contact's or a named zone. */
export const wait: StepHandler<WaitStep> = {
  targets: (step) => targetsAt(step, ['next']),
  fallsThrough: (step) => step.next === undefined,
  takesTime: () => true,
  plan: (step, { phase, facts, now }) => {
    if (phase.type === 'waiting' && phase.until !== null) {
      if (now >= phase.until)
        return { type: 'go', to: step.next, kind: 'wait', outcome: 'over', reason: 'the wait is over' };
      return { type: 'stay', until: phase.until, events: [], reason: 'still waiting' };
    }
    if (step.for !== undefined)
      return { type: 'stay', until: now + step.for, events: [], reason: `waits ${durationText(step.for)}` };
    const { until } = step;
    if (until === undefined) throw new TypeError(`step ${step.id} has neither for nor until`); // the schema forbids it
    const zone = until.zone === 'contact' ? facts.contact.timeZone : until.zone;
    const at = nextLocalTime(now, { time: until.time, weekdays: [until.weekday ?? []].flat(), zone });
    return {
      type: 'stay',
      until: at,
      events: [],
      reason: `waits until ${[until.weekday ?? []].flat().join('/')} ${until.time} in ${zone}`.replace(/ {2}/, ' '),
    };
  },
};
