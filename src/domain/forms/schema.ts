import { z } from 'zod';
import { localised } from '../localised';
import { slug } from '../sequence/names';
import { bringsSchema } from './brings';
import { type FormField, fieldSchema, isShown, keptWith } from './field';

export type { Localised } from '../localised';

const origin = z
  .string()
  .regex(
    /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
    'not the address of a site; write it like https://www.example.com, with nothing behind it',
  );

/** Whom a form is protected from, and how. */
export const spamSchema = z
  .strictObject({
    minSeconds: z
      .number()
      .min(0)
      .max(60)
      .default(2)
      .meta({ description: 'Who sends it faster is held for a person to look at. Default: 2.' }),
    perBlock: z
      .int()
      .min(1)
      .max(100_000)
      .default(60)
      .meta({ description: 'Most that are taken in an hour from one network (IPv4 /24, IPv6 /56). Default: 60.' }),
    perAddress: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .meta({ description: 'Most that count in an hour for one e-mail address; more are held. Default: 5.' }),
    proofOfWork: z
      .int()
      .min(8)
      .max(22)
      .optional()
      .meta({ description: 'Bits of work that the browser does: 16 takes a second. Default: none is asked for.' }),
    secondsWithoutProof: z
      .number()
      .min(0)
      .max(600)
      .default(20)
      .meta({ description: 'With proofOfWork: who has no script must take so long. Default: 20.' }),
  })
  .readonly();
export type SpamRules = z.output<typeof spamSchema>;

/**
 * A hosted form as its YAML file says it; see docs/forms.md. The field `email` is the contact's address, `name` its name; all others
 * become attributes, or stay with the event.
 */
export const formSchema = z
  .strictObject({
    form: slug.meta({ description: 'Its name, like the file.' }),
    title: localised(300).meta({ description: 'Its languages are those of the form.' }),
    intro: localised(2000).optional(),
    offer: z.string().min(1).max(100).meta({ description: 'Of the lead.' }),
    source: z.string().min(1).max(100).default('form').meta({ description: 'Of the lead.' }),
    brings: bringsSchema.optional().meta({ description: 'An e-book, a webinar, a request; default: a lead alone.' }),
    fields: z.array(fieldSchema).min(1).max(50),
    progressive: z
      .strictObject({
        perVisit: z.int().min(1).max(10).default(2).meta({ description: 'Most of these in one visit. Default: 2.' }),
        remember: z
          .boolean()
          .default(false)
          .meta({ description: 'A box by which the browser remembers, in a cookie, what was answered.' }),
        fields: z.array(fieldSchema).min(1).max(50).meta({ description: 'In the order in which they are asked.' }),
      })
      .optional()
      .meta({ description: 'Questions for later visits; none is asked twice.' }),
    /**
     * A box to tick; a consent is recorded only when it is. Without a text the newest of the purpose is shown; `doubleOptIn` is the
     * purpose's unless it says so here.
     */
    consent: z
      .strictObject({
        purpose: slug,
        text: localised(5000).optional(),
        required: z.boolean().default(false),
        doubleOptIn: z.boolean().optional(),
      })
      .optional(),
    submit: localised(100).optional().meta({ description: 'On the button. Default: ours.' }),
    thanks: localised(2000).optional().meta({ description: 'When it was sent. Default: ours.' }),
    origins: z
      .array(origin)
      .max(50)
      .default([])
      .meta({ description: 'Sites that show the form, by script or snippet.' }),
    spam: spamSchema.prefault({}),
  })
  .readonly();
export type HostedForm = z.output<typeof formSchema>;

/** Of the page that everybody can see: the first language is the one to fall back to. */
export const localesOf = ({ title }: Pick<HostedForm, 'title'>): readonly string[] => Object.keys(title);
export const fallbackOf = (form: Pick<HostedForm, 'title'>): string => localesOf(form)[0] ?? 'en';

/** Every field, also those of later visits. A token names them by their place here. */
export const allFields = ({
  fields,
  progressive,
}: Pick<HostedForm, 'fields' | 'progressive'>): readonly FormField[] => [...fields, ...(progressive?.fields ?? [])];

/** What a browser or a contact has answered before: names of fields. */
export type Answered = ReadonlySet<string>;

/**
 * The fields of one visit: those that are always asked, but for what is known, and the next questions that nobody has answered yet. The
 * address is asked each time, and whatever stays with the event.
 */
export function askedOf(form: Pick<HostedForm, 'fields' | 'progressive'>, answered: Answered): readonly FormField[] {
  const { fields, progressive } = form;
  if (!progressive) return fields;
  const isOpen = (field: FormField) => !answered.has(field.name);
  const always = fields.filter(
    (field) => field.name === 'email' || !isShown(field) || keptWith(field) === 'event' || isOpen(field),
  );
  const open = progressive.fields.filter(isOpen);
  const next = open.filter(isShown).slice(0, progressive.perVisit);
  return [...always, ...open.filter((field) => !isShown(field) || next.includes(field))];
}
