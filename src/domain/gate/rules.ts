import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { WEEKDAYS } from '../calendar/local-time';
import { midnightOf } from '../calendar/wall-clock';
import { eventTypeSchema } from '../event';
import { slug } from '../sequence/names';
import { prioritySchema } from './priority';
import { SIGNS } from './signs';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 20:00');

const purposes = z.array(slug).min(1);

const otherwise = z.enum(['wait', 'skip']).default('wait').meta({
  description: 'What becomes of such a mail: it waits for the next slot (the default), or is not sent at all.',
});

const capSchema = z
  .strictObject({
    purpose: slug.optional().meta({ description: 'Whose mails are counted.' }),
    purposes: purposes.optional().meta({ description: 'Instead of `purpose`: several, counted together.' }),
    most: z.int().min(1).meta({ description: 'At most so many accepted mails' }),
    within: durationSchema.meta({ description: 'in any stretch of this length.' }),
    kept: z
      .strictObject({
        places: z.int().min(1).meta({ description: 'So many of `most`' }),
        priority: prioritySchema.min(1).meta({ description: 'are kept for mails of this priority and above.' }),
      })
      .optional()
      .meta({ description: 'Places that mails of lower priority cannot take.' }),
  })
  .refine((cap) => (cap.purpose === undefined) !== (cap.purposes === undefined), {
    error: 'needs either `purpose:` or `purposes:`',
    path: ['purpose'],
  })
  .refine(({ most, kept }) => kept === undefined || kept.places < most, {
    error: 'keeps every place: mails of lower priority would wait for ever; write fewer than `most`',
    path: ['kept', 'places'],
  });

const exceptSchema = z
  .string()
  .regex(/^(\d{4}-)?\d\d-\d\d$/, 'not a date; write it like 2026-12-25, or 12-25 for every year')
  .refine(
    (date) => midnightOf(date.length === 5 ? `2024-${date}` : date) !== undefined, // a leap year has every date
    'is on no calendar; look at its day and month',
  );

const sunsetSchema = z
  .strictObject({
    purposes: purposes.meta({ description: 'Whose mails stop.' }),
    mails: z.int().min(1).max(1000).optional().meta({ description: 'After so many mails without a sign of interest,' }),
    after: durationSchema
      .optional()
      .meta({ description: 'or so long after the first mail that no sign of interest has followed.' }),
    lastCall: slug.optional().meta({
      description: 'A purpose of which one mail may still go out, once: to ask whether they want to stay.',
    }),
    signs: z
      .array(eventTypeSchema)
      .min(1)
      .default([...SIGNS])
      .meta({ description: 'Events by which a contact shows interest. A consent that is given counts as well.' }),
  })
  .refine(({ mails, after }) => mails !== undefined || after !== undefined, 'needs `mails:`, `after:`, or both')
  .refine((sunset) => sunset.lastCall === undefined || !sunset.purposes.includes(sunset.lastCall), {
    error: 'is one of the purposes that stop; give the last call a purpose of its own',
    path: ['lastCall'],
  });

/** When a contact may be mailed. */
export const gateSchema = z
  .strictObject({
    /** Purposes that need a consent on record; others need none. */
    consentFor: z.array(slug),
    /** At most `most` accepted mails of a purpose within `within`. */
    caps: z.array(capSchema).default([]),
    /** No mail of these purposes between `from` and `to` in the contact's zone. */
    quietHours: z.strictObject({ from: time, to: time, purposes: z.array(slug), otherwise }).optional(),
    sendDays: z
      .strictObject({
        days: z.array(z.enum(WEEKDAYS)).min(1).meta({ description: 'Days on which such mails go out.' }),
        except: z
          .array(exceptSchema)
          .max(100)
          .default([])
          .meta({ description: 'Dates on which they do not: 2026-12-25, or 12-25 for every year.' }),
        purposes,
        otherwise,
      })
      .optional()
      .meta({ description: "Days on which mails of these purposes go out, in the contact's zone." }),
    gap: z
      .strictObject({
        atLeast: durationSchema.meta({ description: 'The least time between two mails to one contact.' }),
        purposes,
      })
      .optional()
      .meta({ description: 'One mail at a time, whatever sequences it comes from: the next of these purposes waits.' }),
    sunset: sunsetSchema.optional().meta({ description: 'When mails stop to whoever never shows interest.' }),
    /** Clients may get mail of the purpose similar_products without a consent on record; `within`: since their last purchase. */
    softOptIn: z.strictObject({ within: durationSchema }).optional(),
  })
  .readonly();
export type GateRules = z.output<typeof gateSchema>;
export type Cap = GateRules['caps'][number];

/** Whose mails a cap counts. */
export const purposesOf = ({ purpose, purposes: several }: Cap): readonly string[] =>
  several ?? (purpose === undefined ? [] : [purpose]);
