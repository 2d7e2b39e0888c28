import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { conditionSchema } from '../conditions';
import { eventTypeSchema } from '../event';
import { slug } from '../sequence/names';

const OFFSET = /^([+-]?)(\d{1,3})([dw])$/;
const MOST_OFFSET_DAYS = 366;

/** `-3d`, `+1w`: whole days before or after a date. Text in, days out. */
const offsetSchema = z
  .string()
  .regex(OFFSET, 'not a number of days; write it like -3d, 1d or -2w')
  .transform((text) => {
    const [, sign = '', count = '0', unit = 'd'] = OFFSET.exec(text) ?? [];
    const days = Number(count) * (unit === 'w' ? 7 : 1);
    return sign === '-' ? 0 - days : days;
  })
  .refine((days) => Math.abs(days) <= MOST_OFFSET_DAYS, `must be at most ${MOST_OFFSET_DAYS} days`)
  .meta({ description: 'Whole days (d) or weeks (w) before or after the date, like -3d.' });

const dateEntrySchema = z
  .strictObject({
    /** Path of the fact that is the date: a moment, or an attribute that holds one as text. */
    field: z.string().max(100).meta({ description: 'A fact: contact.attributes.birthday, lead.createdAt, …' }),
    every: z.literal('year').optional().meta({ description: 'Each anniversary, from one year after on.' }),
    /** Days. */
    offset: offsetSchema.default(0),
    where: conditionSchema.optional().meta({ description: 'Only when this holds on the day.' }),
  })
  .readonly();
export type DateEntry = z.output<typeof dateEntrySchema>;

export const enterSchema = z
  .strictObject({
    /** An event, or several, each of which enters its contact. */
    on: z.union([eventTypeSchema, z.array(eventTypeSchema).min(1)]).optional(),
    /** With `on`: only when this holds too. */
    where: conditionSchema
      .optional()
      .meta({ description: 'With `on`: must hold too; event.<property> is of the event.' }),
    /** A segment: the daily sweep enters everyone for whom it holds. */
    when: conditionSchema.optional(),
    /** A date of the contact's: the daily sweep enters them on that day. */
    date: dateEntrySchema.optional(),
    /** Most journeys that one day's sweep enters. */
    perDay: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'Default: sweep.perDay of the lifecycle rules.' }),
    byHand: z.boolean().default(true),
  })
  .readonly();
export type Enter = z.output<typeof enterSchema>;

/** The property of the entering event that tells its journeys apart. */
const perKey = z
  .string()
  .min(1)
  .max(60)
  .meta({ description: 'A property of the entering event: one journey for each value, several at once.' });

/** May a contact enter again after an earlier journey ended? */
export const reenterSchema = z.union([
  z.enum(['never', 'always', 'newLead']),
  z
    .strictObject({ after: durationSchema.optional(), perKey: perKey.optional() })
    .refine(({ after, perKey: key }) => after !== undefined || key !== undefined, 'needs `after:`, `perKey:`, or both'),
]);
export type Reenter = z.output<typeof reenterSchema>;

/** Of the sequences of a group, a contact goes through one at a time. */
export const exclusiveSchema = z
  .strictObject({
    group: slug,
    priority: z.int().min(0).max(1000).default(0).meta({ description: 'The higher, the sooner. Default: 0.' }),
    whenBusy: z
      .enum(['wait', 'drop', 'takeOver'])
      .default('wait')
      .meta({ description: 'What an entry does while another of the group is under way.' }),
    /** Milliseconds. */
    atMost: durationSchema
      .optional()
      .meta({ description: 'The longest that an entry waits. Default: as long as it takes.' }),
  })
  .refine(({ whenBusy, atMost }) => whenBusy !== 'drop' || atMost === undefined, {
    error: 'goes with `whenBusy: wait` or `takeOver`; with `drop` nobody waits',
    path: ['atMost'],
  })
  .readonly();
export type Exclusive = z.output<typeof exclusiveSchema>;

/** Event types that enter a sequence. */
export const eventsOfEntry = ({ on }: Pick<Enter, 'on'>): readonly string[] => [on ?? []].flat();
