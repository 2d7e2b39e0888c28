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

const localMoment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'not a date and a time; write it like 2026-12-10T19:00')
  .refine(
    (text) => DateTime.fromISO(text, { zone: 'utc' }).isValid,
    'is on no calendar; write it like 2026-12-10T19:00',
  )
  .meta({ description: 'By the clocks of `zone`, like 2026-12-10T19:00.' });
const place = z.string().trim().min(1).max(500).optional();

const sessionSchema = z
  .strictObject({
    session: slug.meta({ description: 'Its name in events and links: it stays when the date moves.' }),
    startsAt: localMoment,
    duration: durationSchema.optional().meta({ description: 'Default: that of the webinar.' }),
    place: place.meta({ description: 'Default: that of the webinar.' }),
    cancelled: z.boolean().default(false).meta({ description: 'It is offered no more, and calendars strike it out.' }),
  })
  .readonly();

const webinarSchema = z.strictObject({
  type: z.literal('webinar'),
  webinar: slug.optional().meta({ description: 'Its name in events. Default: the name of the form.' }),
  startsAt: localMoment.optional(),
  sessions: z
    .array(sessionSchema)
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'Several dates in place of `startsAt`: those that have not begun are offered.' }),
  zone: zoneSchema.meta({ description: 'IANA zone, like America/Sao_Paulo.' }),
  duration: durationSchema.default(HOUR_MS).meta({ description: 'How long it takes. Default: 1h.' }),
  title: localised(200).optional().meta({ description: 'In mails and calendars. Default: the title of the form.' }),
  description: localised(1000).optional().meta({ description: 'In calendars.' }),
  place: place.meta({ description: 'Address or link, told to those who have registered.' }),
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

/** One date of a webinar. */
export interface Session {
  /** Its name; null: the webinar has one date alone. */
  readonly session: string | null;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly place: string | undefined;
  readonly isCancelled: boolean;
}

/** The dates of a webinar, the earliest first. */
export function sessionsOf(webinar: Webinar): readonly Session[] {
  const { startsAt: only, sessions = [], zone, duration, place: usual } = webinar;
  const sessionAt = (local: string, lasts: number) => {
    const startsAt = firstShowing(DateTime.fromISO(local, { zone: 'utc' }).toMillis(), zone);
    return { startsAt, endsAt: startsAt + lasts };
  };
  const alone = { session: null, place: usual, isCancelled: false };
  if (only !== undefined) return [{ ...alone, ...sessionAt(only, duration) }];
  return sessions
    .map(({ session, startsAt, duration: lasts = duration, place: where = usual, cancelled: isCancelled }) => ({
      session,
      place: where,
      isCancelled,
      ...sessionAt(startsAt, lasts),
    }))
    .toSorted((one, other) => one.startsAt - other.startsAt);
}

/** The dates that may be chosen: what has begun, or was cancelled, may not. A webinar of one date may be joined until its end. */
export const sessionsAhead = (webinar: Webinar, now: Instant): readonly Session[] =>
  sessionsOf(webinar).filter(
    ({ session, startsAt, endsAt, isCancelled }) => !isCancelled && (session === null ? endsAt : startsAt) > now,
  );

/** The date of this name; without one the earliest that may be chosen. Undefined: there is none such. */
export const sessionOf = (webinar: Webinar, name: string | undefined, now: Instant): Session | undefined =>
  name === undefined || name === ''
    ? (sessionsAhead(webinar, now)[0] ?? sessionsOf(webinar).at(-1))
    : sessionsOf(webinar).find(({ session }) => session === name);

/** Whether a form brings nothing any more, since its last date is past. */
export const isOver = (brings: Brings | undefined, now: Instant): boolean =>
  brings?.type === 'webinar' && sessionsAhead(brings, now).length === 0;

/** What all events of a registration for a date say of it, so that whatever a sequence enters on, it can wait for that. */
export const factsOfSession = (
  { session, startsAt, endsAt, place: where }: Session,
  { webinar, title }: { readonly webinar: string; readonly title: string },
): { readonly [key: string]: Json } => ({
  webinar,
  title,
  ...(session === null ? {} : { session }),
  startsAt: new Date(startsAt).toISOString(),
  endsAt: new Date(endsAt).toISOString(),
  ...(where === undefined ? {} : { place: where }),
});

/** The files of an e-book by language, `''` for one for all. */
export const filesOf = ({ file }: Ebook): { readonly [locale: string]: string } =>
  typeof file === 'string' ? { '': file } : file;
