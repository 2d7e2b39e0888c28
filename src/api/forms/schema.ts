import { z } from 'zod';
import { slug } from '../../domain/sequence/names';
import { localeField } from '../contract/leads';

/** The same text in each locale of the form. */
const localised = z.record(localeField, z.string().trim().min(1).max(2000));
export type Localised = z.output<typeof localised>;

const fieldName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not a field name; use letters, digits and _, starting with a letter')
  .refine((name) => !['token', 'website', 'consent', 'lang', 'campaign'].includes(name), 'is used by the form itself');

const plainField = z.strictObject({
  name: fieldName,
  label: localised,
  type: z.enum(['text', 'email', 'checkbox']),
  required: z.boolean().default(false),
});
const selectField = z.strictObject({
  name: fieldName,
  label: localised,
  type: z.literal('select'),
  required: z.boolean().default(false),
  options: z
    .array(z.strictObject({ value: z.string().min(1).max(200), label: localised }))
    .min(1)
    .max(200),
});
const fieldSchema = z.discriminatedUnion('type', [plainField, selectField]).readonly();
export type FormField = z.output<typeof fieldSchema>;

/**
 * A hosted form as its YAML file says it; see docs/api.md. The field `email` is the contact's address, `name` its name;
 * all others become attributes.
 */
export const formSchema = z
  .strictObject({
    form: slug,
    title: localised,
    intro: localised.optional(),
    offer: z.string().min(1).max(100),
    source: z.string().min(1).max(100).default('form'),
    fields: z.array(fieldSchema).min(1).max(50),
    /**
     * A box to tick; a consent is recorded only when it is. Without a text the newest of the purpose is shown; `doubleOptIn` is the
     * purpose's unless it says so here.
     */
    consent: z
      .strictObject({
        purpose: slug,
        text: localised.optional(),
        required: z.boolean().default(false),
        doubleOptIn: z.boolean().optional(),
      })
      .optional(),
    submit: localised,
    thanks: localised,
  })
  .superRefine((form, context) => {
    for (const problem of [...fieldProblems(form.fields), ...localeProblems(form)])
      context.addIssue({ code: 'custom', ...problem });
  })
  .readonly();
export type HostedForm = z.output<typeof formSchema>;

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

function fieldProblems(fields: readonly FormField[]): readonly Problem[] {
  const email = fields.find(({ name }) => name === 'email');
  const noAddress: Problem = { path: ['fields'], message: 'needs a field `email` of type email that is required' };
  const repeated = fields.flatMap(({ name }, index): Problem[] =>
    fields.findIndex((other) => other.name === name) === index
      ? []
      : [{ path: ['fields', index, 'name'], message: `"${name}" is there twice` }],
  );
  return [...(email?.type === 'email' && email.required ? [] : [noAddress]), ...repeated];
}

/** The title sets the locales; every other text must speak the same. */
function localeProblems(form: { readonly title: Localised }): readonly Problem[] {
  const locales = Object.keys(form.title);
  if (locales.length === 0) return [{ path: ['title'], message: 'needs a text in one locale at least' }];
  return textsIn(form, []).flatMap(({ text, path }) =>
    locales
      .filter((locale) => text[locale] === undefined)
      .map((locale) => ({ path, message: `has no text in ${locale}` })),
  );
}

const TEXT_KEYS: readonly string[] = ['title', 'intro', 'label', 'text', 'submit', 'thanks'];

function textsIn(
  value: unknown,
  path: (string | number)[],
): readonly { readonly text: Localised; readonly path: (string | number)[] }[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    // the schema allows nothing but localised texts under these keys
    return TEXT_KEYS.includes(key) && inner ? [{ text: inner as Localised, path: place }] : textsIn(inner, place);
  });
}
