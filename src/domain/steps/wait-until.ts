import { z } from 'zod';
import { timeSchema, weekdaySchema, zoneSchema } from '../calendar/local-time';
import { offsetSchema } from '../calendar/offset';
import { factAt, KNOWN_PATHS } from '../conditions/fact';
import { slug, stepId } from '../sequence/names';

const whoseZone = z
  .union([z.enum(['contact', 'company']), zoneSchema])
  .default('contact')
  .meta({ description: 'By whose clock: contact, company, or an IANA time zone like America/Sao_Paulo.' });

const timeUntilSchema = z
  .strictObject({
    time: timeSchema,
    weekday: z
      .union([weekdaySchema, z.array(weekdaySchema).min(1)])
      .optional()
      .meta({ description: 'One or a list of mon, tue, wed, thu, fri, sat, sun. Default: any day.' }),
    zone: whoseZone,
  })
  .readonly();

const calendarUntilSchema = z
  .strictObject({
    calendar: slug.meta({ description: 'One of rules/calendars.yaml: until it is open.' }),
    time: timeSchema.optional().meta({ description: 'Until this time of day, on a day on which it is open.' }),
  })
  .readonly();

/** A property of an event: of the one that began the journey (`entry`), of one that a waitFor has used (`event`). */
const PROPERTY = /^(entry|event)\.([A-Za-z_][A-Za-z0-9_-]{0,59})$/;

/** The parts of `entry.startsAt` and `event.dueOn`; undefined for any other path. */
export function propertyPath(path: string): { readonly of: 'entry' | 'event'; readonly property: string } | undefined {
  const [, of, property] = PROPERTY.exec(path) ?? [];
  return property === undefined ? undefined : { of: of === 'entry' ? 'entry' : 'event', property };
}

const isDatePath = (path: string): boolean =>
  propertyPath(path) !== undefined || ['instant', 'attribute'].includes(factAt(path)?.kind ?? '');

const DATE_PATHS = ['entry.<property>', 'event.<property>', ...KNOWN_PATHS.filter((path) => isDatePath(path))];

const dateUntilSchema = z
  .strictObject({
    date: z
      .string()
      .refine(
        isDatePath,
        `is no fact that may hold a date; known: ${[...DATE_PATHS, 'contact.attributes.<name>'].join(', ')}`,
      )
      .meta({
        description:
          'A fact that holds a date (2026-12-25) or a moment: entry.<property> of the event that began the journey, contact.attributes.<name>, lead.createdAt, client.lastPurchaseAt, …',
      }),
    of: stepId.optional().meta({ description: 'With event.<property>: the waitFor whose event it is.' }),
    offset: offsetSchema.optional(),
    time: timeSchema
      .optional()
      .meta({ description: 'At this time of that day. Default: the time of the date itself.' }),
    zone: whoseZone,
    missed: z
      .union([z.literal('goOn'), stepId])
      .default('goOn')
      .meta({ description: 'Where to go when it is past already: a step, or goOn (the default).' }),
    missing: z
      .union([z.literal('goOn'), stepId])
      .default('goOn')
      .meta({ description: 'Where to go when there is no date: a step, or goOn (the default).' }),
  })
  .refine(({ date, of }) => (propertyPath(date)?.of === 'event') === (of !== undefined), {
    error: 'goes with a date event.<property>, and that with it; write both, or entry.<property>',
    path: ['of'],
  })
  .readonly();

export const untilSchema = z.union([timeUntilSchema, calendarUntilSchema, dateUntilSchema]);
export type Until = z.output<typeof untilSchema>;
export type DateUntil = z.output<typeof dateUntilSchema>;
