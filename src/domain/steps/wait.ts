import { z } from 'zod';
import { type Calendar, isOpen, nextOpening, nextTimeOnOpenDay } from '../calendar/calendars';
import { durationSchema, durationText } from '../calendar/duration';
import { nextLocalTime, timeMs } from '../calendar/local-time';
import type { Instant } from '../ids';
import { nextStep, slug, stepId } from '../sequence/names';
import { type Situation, type StepHandler, type StepPlan, targetsAt } from './handler';
import { clockText, dateOf, dateWords, zoneOf } from './wait-date';
import { type DateUntil, type Until, untilSchema } from './wait-until';

export const waitSchema = z
  .strictObject({
    id: stepId,
    type: z.literal('wait').meta({ description: 'Waits a duration, or until a time, a calendar or a date.' }),
    for: durationSchema.optional().meta({ description: 'How long, like 2d or 36h.' }),
    until: untilSchema.optional().meta({ description: 'A time of day, the hours of a calendar, or a date.' }),
    within: slug.optional().meta({ description: 'A calendar of rules/calendars.yaml: goes on only while it is open.' }),
    next: nextStep,
  })
  .refine(
    (step) => (step.for === undefined) !== (step.until === undefined),
    'needs either `for: 2d` or `until: { time: "09:00" }`',
  )
  .readonly();
export type WaitStep = z.output<typeof waitSchema>;

/** When a wait is over, or why it goes on at once. */
type Due =
  | { readonly at: Instant; readonly reason: string }
  | { readonly outcome: 'missing' | 'missed' | 'open'; readonly reason: string; readonly to?: string };

/**
 * Waits a duration, until clocks next show a time, until a calendar is open, or until some time before or after a date. What has
 * no time to wait for goes on at once, with a decision that says why. A date is looked at anew each time, so one that moves is followed.
 */
export const wait: StepHandler<WaitStep> = {
  targets: (step) => [
    ...datesOf(step).flatMap((until) =>
      targetsAt(until, ['missed', 'missing'])
        .filter(({ to }) => to !== 'goOn')
        .map(({ at, to }) => ({ at: ['until', ...at], to })),
    ),
    ...targetsAt(step, ['next']),
  ],
  fallsThrough: (step) => step.next === undefined,
  takesTime: ({ until }) => until === undefined || ('time' in until && !('date' in until)),
  endsByDate: ({ until }) => until !== undefined,
  plan: (step, situation) => {
    const { phase, now } = situation;
    if (phase.type === 'waiting' && phase.until !== null) return whenWaiting(step, situation, phase.until);
    const due = dueOf(step, situation);
    const opens = openingOf(step, situation, 'at' in due ? due.at : now);
    if ('at' in due) return stays(opens ?? due.at, due.reason + withinText(step, situation));
    if (opens !== undefined && due.to === undefined)
      return stays(opens, `${due.reason}; waits until ${step.within} opens`);
    const { outcome, reason, to = step.next } = due;
    return { type: 'go', to, kind: 'wait', outcome, reason };
  },
};

const stays = (until: Instant, reason: string): StepPlan => ({ type: 'stay', until, events: [], reason });

function withinText({ within }: WaitStep, situation: Situation): string {
  if (within === undefined) return '';
  return calendarOf(within, situation) ? `, then until ${within} is open` : `; there is no calendar ${within}`;
}

function datesOf({ until }: WaitStep): readonly DateUntil[] {
  return until && 'date' in until ? [until] : [];
}

function whenWaiting(step: WaitStep, situation: Situation, until: Instant): StepPlan {
  const { now } = situation;
  const [date] = datesOf(step);
  const at = (date && dateOf(date, situation)) ?? until;
  if (now < at) return stays(at, 'still waiting');
  const opens = openingOf(step, situation, now);
  if (opens !== undefined) return stays(opens, 'still waiting');
  // the decision to wait has said what for
  return { type: 'go', to: step.next, kind: 'wait', outcome: 'over', reason: 'the wait is over', recorded: true };
}

/** When the calendar opens that must be open when the step goes on; undefined when it is open at `at`, or none is asked for. */
function openingOf({ within, until }: WaitStep, situation: Situation, at: Instant): Instant | undefined {
  const name = within ?? (until && 'calendar' in until && until.time === undefined ? until.calendar : undefined);
  const calendar = name === undefined ? undefined : calendarOf(name, situation);
  return calendar && !isOpen(calendar, at) ? nextOpening(calendar, at) : undefined;
}

const calendarOf = (name: string, { calendars }: Situation): Calendar | undefined => calendars.named?.[name];

function dueOf({ id, for: duration, until }: WaitStep, situation: Situation): Due {
  const { now } = situation;
  if (duration !== undefined) return { at: now + duration, reason: `waits ${durationText(duration)}` };
  if (until === undefined) throw new TypeError(`step ${id} has neither for nor until`); // the schema forbids it
  if ('date' in until) return dateDue(until, situation);
  return 'calendar' in until ? calendarDue(until, situation) : timeDue(until, situation);
}

function timeDue(until: Exclude<Until, { date: string } | { calendar: string }>, situation: Situation): Due {
  const zone = zoneOf(until, situation);
  const { weekday = [] } = until;
  const weekdays = typeof weekday === 'string' ? [weekday] : weekday;
  const at = nextLocalTime(situation.now, { time: until.time, weekdays, zone });
  const days = weekdays.length > 0 ? `${weekdays.join('/')} ` : '';
  return { at, reason: `waits until ${days}${until.time} in ${zone}` };
}

function calendarDue({ calendar: name, time }: Extract<Until, { calendar: string }>, situation: Situation): Due {
  const { now } = situation;
  const calendar = calendarOf(name, situation);
  if (!calendar) return withoutCalendar(name, time, situation);
  if (time !== undefined)
    return {
      at: nextTimeOnOpenDay(calendar, { at: now, time: timeMs(time) }),
      reason: `waits until ${time} on a day on which ${name} is open`,
    };
  if (isOpen(calendar, now)) return { outcome: 'open', reason: `${name} is open` };
  return { at: nextOpening(calendar, now), reason: `waits until ${name} opens` };
}

/** A company may take away a calendar that journeys under way name: they go on, and say it. */
function withoutCalendar(name: string, time: string | undefined, { now, calendars: { zone } }: Situation): Due {
  const reason = `there is no calendar ${name}`;
  if (time === undefined) return { outcome: 'missing', reason };
  return { at: nextLocalTime(now, { time, weekdays: [], zone }), reason: `waits until ${time} in ${zone}: ${reason}` };
}

function dateDue(until: DateUntil, situation: Situation): Due {
  const at = dateOf(until, situation);
  if (at === undefined) return { outcome: 'missing', reason: `${until.date} holds no date`, to: stepOf(until.missing) };
  const when = `${clockText(at, zoneOf(until, situation))} (${dateWords(until)})`;
  if (at < situation.now) return { outcome: 'missed', reason: `${when} is past`, to: stepOf(until.missed) };
  return { at, reason: `waits until ${when}` };
}

const stepOf = (to: string): string | undefined => (to === 'goOn' ? undefined : to);
