import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { conditionSchema, evaluate } from '../conditions';
import { eventTypeSchema } from '../event';
import type { FactEvent } from '../facts';
import { isNewTo } from '../journey/state';
import { goesTo, slug, stepId } from '../sequence/names';
import { type Situation, type StepHandler, targetsAt } from './handler';

const sameSchema = z
  .strictObject({
    property: z.string().min(1).max(60).meta({ description: 'The property that has the same value in both events.' }),
    as: stepId
      .optional()
      .meta({ description: 'A waitFor: its event has the same value. Default: the event that began the journey.' }),
  })
  .readonly();

const awaitedSchema = z
  .strictObject({
    event: eventTypeSchema.meta({ description: 'The type of the event, like mail.clicked.' }),
    name: slug.optional().meta({ description: 'Its name in decisions and reports. Default: the type of the event.' }),
    where: conditionSchema.optional().meta({ description: 'Must hold too; event.<property> is of this event.' }),
    same: sameSchema.optional().meta({
      description: 'A property with the same value as that of an earlier event: the same order, for instance.',
    }),
    to: goesTo('Where to go after it. Default: onEvent.'),
  })
  .readonly();
type Awaited = z.output<typeof awaitedSchema>;

export const waitForSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('waitFor').meta({ description: 'Waits for an event.' }),
    event: z
      .union([eventTypeSchema, z.array(eventTypeSchema).min(1)])
      .optional()
      .meta({ description: 'The type of the event, or a list: the first of them that comes.' }),
    events: z
      .array(awaitedSchema)
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'Instead of `event`, each with what must hold.' }),
    timeout: durationSchema.optional().meta({ description: 'The longest wait, like 3d.' }),
    onEvent: goesTo('Where to go after an event. Default: the step below.'),
    onTimeout: goesTo('Where to go when no event came in time. Default: the step below.'),
  })
  .refine((step) => (step.event === undefined) !== (step.events === undefined), 'needs either `event:` or `events:`')
  .refine((step) => step.timeout !== undefined || step.onTimeout === undefined, {
    error: 'never comes without `timeout:`',
    path: ['onTimeout'],
  })
  .readonly();
export type WaitForStep = z.output<typeof waitForSchema>;

interface Wants {
  readonly awaited: readonly Awaited[];
  readonly types: readonly string[];
  /** Why it waits, and why it goes on when nothing came. */
  readonly waits: string;
  readonly timesOut: string;
}

const remembered = new WeakMap<WaitForStep, Wants>();

/** What the step says, in one form. Derived from it alone, so remembered with it. */
function wantsOf(step: WaitForStep): Wants {
  const known = remembered.get(step);
  if (known) return known;
  const all = step.events ?? [step.event ?? []].flat().map((type) => ({ event: type }));
  const types = [...new Set(all.map(({ event }) => event))];
  const wants = { awaited: all, types, ...reasonsOf(step, types.join(' or ')) };
  remembered.set(step, wants);
  return wants;
}

const reasonsOf = ({ timeout }: WaitForStep, wanted: string): Pick<Wants, 'waits' | 'timesOut'> => ({
  waits: `waits for ${wanted}${timeout === undefined ? '' : `, at most ${durationText(timeout)}`}`,
  timesOut: `no ${wanted} within ${durationText(timeout ?? 0)}`,
});

const awaited = (step: WaitForStep): readonly Awaited[] => wantsOf(step).awaited;

interface Match {
  readonly event: FactEvent;
  readonly awaited: Awaited;
}

/** The first event that counts: wanted, new to the journey, and in time. */
function match({ awaited }: Wants, situation: Situation, until: number | null): Match | undefined {
  for (const event of situation.facts.events) {
    if ((until !== null && event.at > until) || !isNewTo(event, situation)) continue;
    for (const one of awaited)
      if (one.event === event.type && isMeant(one, event, situation)) return { event, awaited: one };
  }
  return undefined;
}

function isMeant({ where, same }: Awaited, event: FactEvent, situation: Situation): boolean {
  const { facts, now } = situation;
  if (where && !evaluate(where, { ...facts, event }, now)) return false;
  if (!same) return true;
  const earlier = same.as === undefined ? facts.entry : eventUsedBy(same.as, situation);
  const value = earlier?.properties[same.property];
  return value !== undefined && value !== null && event.properties[same.property] === value;
}

function eventUsedBy(stepId: string, { facts, used }: Situation): FactEvent | undefined {
  return facts.events.find(({ seq }) => seq === used[stepId]);
}

/**
 * Waits for an event, or until the timeout. It sees what came since the step before it began, each event once.
 * An event that happened in time wins over the timeout, even when it is seen later.
 */
export const waitFor: StepHandler<WaitForStep> = {
  targets: (step) => [
    ...(step.events ?? []).flatMap(({ to }, index) => (to === undefined ? [] : [{ at: ['events', index, 'to'], to }])),
    ...targetsAt(step, ['onEvent', 'onTimeout']),
  ],
  fallsThrough: (step) =>
    (step.onEvent === undefined && awaited(step).some(({ to }) => to === undefined)) ||
    (step.timeout !== undefined && step.onTimeout === undefined),
  takesTime: () => true,
  events: (step) =>
    awaited(step).map(({ event }, index) => ({
      at: step.events ? ['events', index, 'event'] : Array.isArray(step.event) ? ['event', index] : ['event'],
      type: event,
    })),
  conditions: ({ events = [] }) =>
    events.flatMap(({ where }, index) =>
      where === undefined ? [] : [{ at: ['events', index, 'where'], condition: where }],
    ),
  plan: (step, situation) => {
    const { phase, now } = situation;
    const { timeout } = step;
    const until = phase.type === 'waiting' ? phase.until : timeout === undefined ? null : now + timeout;
    const wants = wantsOf(step);
    const found = match(wants, situation, until);
    if (found) {
      const { event, awaited: one } = found;
      const outcome = step.events ? (one.name ?? one.event) : 'event';
      return {
        type: 'go',
        to: one.to ?? step.onEvent,
        kind: 'branch',
        outcome,
        reason: `${event.type} came`,
        usedSeq: event.seq,
      };
    }
    if (until !== null && now >= until)
      return { type: 'go', to: step.onTimeout, kind: 'branch', outcome: 'timeout', reason: wants.timesOut };
    return { type: 'stay', until, events: wants.types, reason: wants.waits };
  },
};
