import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { EVENTS } from '../event';
import { goesTo, nextStep, slug, stepId } from '../sequence/names';
import { answerTo } from './answer';
import { type StepHandler, targetsAt } from './handler';

export const taskSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('task').meta({ description: 'Gives a person something to do, and waits for its outcome.' }),
    kind: z.enum(['call', 'todo']).meta({ description: 'A call, or anything else to do.' }),
    team: slug.optional().meta({ description: 'Default: the team that the routing rules choose.' }),
    title: z.string().min(1).max(200).meta({ description: 'What is to be done, in one line.' }),
    due: durationSchema.meta({ description: 'Time to do it.' }),
    outcomes: z
      .record(slug, stepId)
      .default({})
      .meta({ description: 'Where the journey goes on after each outcome; any other goes on below.' }),
    onOverdue: goesTo('Where to go when nobody has closed it in time. Default: next.'),
    next: nextStep,
  })
  .readonly();
export type TaskStep = z.output<typeof taskSchema>;

/** Gives a person of a team something to do and waits for its outcome: a slug, `reached` or `no-answer` for instance. */
export const task: StepHandler<TaskStep> = {
  targets: (step) => [
    ...Object.entries(step.outcomes).map(([outcome, to]) => ({ at: ['outcomes', outcome], to })),
    ...targetsAt(step, ['onOverdue', 'next']),
  ],
  fallsThrough: (step) => step.next === undefined,
  passing: ({ next }) => ({ kind: 'task', to: next }),
  takesTime: () => true,
  events: () => [{ at: ['type'], type: EVENTS.taskClosed }],
  plan: (step, situation) => {
    const { phase, now, key } = situation;
    const until = (phase.type === 'waiting' ? phase.until : null) ?? now + step.due;
    const answer = answerTo(situation, { type: EVENTS.taskClosed, property: 'taskId', until });
    if (answer) {
      const { outcome, usedSeq } = answer;
      const to = (Object.hasOwn(step.outcomes, outcome) ? step.outcomes[outcome] : undefined) ?? step.next;
      return { type: 'go', to, kind: 'task', outcome, reason: `${step.title}: ${outcome}`, usedSeq };
    }
    if (now >= until) {
      const reason = `nobody closed it within ${durationText(step.due)}`;
      return { type: 'go', to: step.onOverdue ?? step.next, kind: 'task', outcome: 'overdue', reason };
    }
    const { id, kind, team = null, title } = step;
    return {
      type: 'stay',
      until,
      events: [EVENTS.taskClosed],
      reason: `${kind}: ${title}, due in ${durationText(step.due)}`,
      changes: [{ type: 'task', task: { key, stepId: id, kind, team, title, dueAt: until } }],
    };
  },
};
