import { DateTime } from 'luxon';
import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { zoneSchema } from '../calendar/local-time';
import { firstShowing } from '../calendar/wall-clock';
import { EVENTS } from '../event';
import type { Instant, Json } from '../ids';
import { localeField, localised } from '../localised';
import { slug } from '../sequence/names';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A file in the folder `files` beside the forms: a plain name, so that it leads nowhere else. */
const fileName = z
  .string()
  .max(120)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\.(pdf|epub|zip|csv|xlsx|docx|mp3)$/,
    'not the name of a file; write a plain name that ends with .pdf, .epub, .zip, .csv, .xlsx, .docx or .mp3',
  );

const ebookSchema = z.strictObject({
  type: z.literal('ebook'),
  file: z
    .union([fileName, z.record(localeField, fileName)])
    .meta({ description: 'A file in forms/files, or one for each language.' }),
  title: localised(200).optional().meta({ description: 'Default: the title of the form.' }),
  expiresAfter: durationSchema.default(7 * DAY_MS).meta({ description: 'How long its links lead to it. Default: 7d.' }),
});

const webinarSchema = z.strictObject({
  type: z.literal('webinar'),
  webinar: slug.optional().meta({ description: 'Its name in events. Default: the name of the form.' }),
  startsAt: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'not a date and a time; write it like 2026-12-10T19:00')
    .refine(
      (text) => DateTime.fromISO(text, { zone: 'utc' }).isValid,
      'is on no calendar; write it like 2026-12-10T19:00',
    )
    .meta({ description: 'By the clocks of `zone`, like 2026-12-10T19:00.' }),
  zone: zoneSchema.meta({ description: 'IANA zone, like America/Sao_Paulo.' }),
  duration: durationSchema.default(HOUR_MS).meta({ description: 'How long it takes. Default: 1h.' }),
  title: localised(200).optional().meta({ description: 'In calendars. Default: the title of the form.' }),
  description: localised(1000).optional().meta({ description: 'In calendars.' }),
  place: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: 'Address or link, told to those who have registered.' }),
});

/** What a form brings beside a lead: to the person who sends it, or to the company. */
export const bringsSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('contact') }),
    z.strictObject({ type: z.literal('call') }),
    z.strictObject({ type: z.literal('comment') }),
    ebookSchema,
    webinarSchema,
  ])
  .readonly();
export type Brings = z.output<typeof bringsSchema>;
export type Webinar = Extract<Brings, { readonly type: 'webinar' }>;
export type Ebook = Extract<Brings, { readonly type: 'ebook' }>;

/** The event that tells of it, after `form.submitted`. */
export const EVENT_OF = {
  contact: EVENTS.enquirySent,
  call: EVENTS.callRequested,
  comment: EVENTS.commentSent,
  ebook: EVENTS.ebookRequested,
  webinar: EVENTS.webinarRegistered,
} as const satisfies { readonly [T in Brings['type']]: string };

/** When a webinar begins and ends. */
export function timesOf({ startsAt, zone, duration }: Webinar): {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
} {
  const at = firstShowing(DateTime.fromISO(startsAt, { zone: 'utc' }).toMillis(), zone);
  return { startsAt: at, endsAt: at + duration };
}

/** Until when a form may be sent; undefined: for ever. */
export const closesAt = (brings: Brings | undefined): Instant | undefined =>
  brings?.type === 'webinar' ? timesOf(brings).endsAt : undefined;

/** What all events of a registration say of it, so that whatever a sequence enters on, it can wait for the date. */
export function factsOfBrings(form: string, brings: Brings | undefined): { readonly [key: string]: Json } {
  if (brings?.type === 'ebook') return { ebook: form };
  if (brings?.type !== 'webinar') return {};
  const { startsAt, endsAt } = timesOf(brings);
  return {
    webinar: brings.webinar ?? form,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  };
}

/** The files of an e-book by language, `''` for one for all. */
export const filesOf = ({ file }: Ebook): { readonly [locale: string]: string } =>
  typeof file === 'string' ? { '': file } : file;
