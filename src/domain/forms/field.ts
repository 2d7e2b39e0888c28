import { z } from 'zod';
import { localised } from '../localised';
import { PATTERN } from './pattern';

/** Names that the form itself uses. */
export const OWN_NAMES: readonly string[] = [
  'token',
  'website',
  'consent',
  'lang',
  'campaign',
  'visitor',
  'visit',
  'remember',
  'proof',
];

const fieldName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not a field name; use letters, digits and _, starting with a letter')
  .refine((name) => !OWN_NAMES.includes(name), 'is used by the form itself; choose another name')
  .meta({ description: '`email` is the address of the contact, `name` its name; others become attributes.' });

const MOST_LETTERS = 1000;
const MOST_OF_TEXTAREA = 5000;
const letters = (most: number) => z.int().min(1).max(most).optional();

const patterns = z
  .union([z.string(), z.array(z.string()).min(1).max(10)])
  .transform((one) => [one].flat())
  .refine(
    (all) => all.every((pattern) => PATTERN.test(pattern)),
    'not a pattern; write 9 for a digit, A for a letter, * for either, and all else as it is: "99999-999"',
  )
  .optional()
  .meta({ description: '9 a digit, A a letter, * either, all else itself; a list: one of them.' });

const shown = {
  name: fieldName,
  label: localised(300).meta({ description: 'What is asked, by language.' }),
  hint: localised(500).optional().meta({ description: 'One sentence more, below the label.' }),
  required: z.boolean().default(false),
  keep: z
    .enum(['contact', 'event'])
    .optional()
    .meta({ description: 'contact: an attribute. event: with form.submitted alone; the default of textarea.' }),
  errors: z
    .strictObject({ missing: localised(300).optional(), invalid: localised(300).optional() })
    .optional()
    .meta({ description: 'Own words for what is wrong, in place of ours.' }),
  autocomplete: z
    .string()
    .regex(/^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)*$/, 'not a value of autocomplete; write it like organization-title')
    .max(60)
    .optional()
    .meta({ description: 'What browsers may fill in by themselves; default: by type and name.' }),
};

const textual = { ...shown, minLength: letters(MOST_LETTERS), maxLength: letters(MOST_LETTERS), pattern: patterns };
const option = z.strictObject({ value: z.string().trim().min(1).max(200), label: localised(300) }).readonly();
const options = z.array(option).min(1).max(200);
export type Option = z.output<typeof option>;
const day = z.iso.date('not a date; write it like 2026-12-31');

export const fieldSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), ...textual }),
    z.strictObject({ type: z.literal('company'), ...textual }),
    z.strictObject({ type: z.literal('email'), ...shown }),
    z.strictObject({ type: z.literal('phone'), ...shown }),
    z.strictObject({
      type: z.literal('textarea'),
      ...shown,
      minLength: letters(MOST_OF_TEXTAREA),
      maxLength: letters(MOST_OF_TEXTAREA),
    }),
    z.strictObject({
      type: z.literal('number'),
      ...shown,
      min: z.number().optional(),
      max: z.number().optional(),
      integer: z.boolean().default(false),
    }),
    z.strictObject({ type: z.literal('date'), ...shown, min: day.optional(), max: day.optional() }),
    z.strictObject({
      type: z.literal('select'),
      ...shown,
      options,
      as: z.enum(['list', 'radio']).default('list').meta({ description: 'How it looks.' }),
    }),
    z.strictObject({
      type: z.literal('multiselect'),
      ...shown,
      options,
      atLeast: z.int().min(1).max(200).optional(),
      atMost: z.int().min(1).max(200).optional(),
    }),
    z.strictObject({ type: z.literal('checkbox'), ...shown }),
    z.strictObject({
      type: z.literal('hidden'),
      name: fieldName,
      keep: shown.keep,
      value: z.string().min(1).max(200).optional().meta({ description: 'Always this.' }),
      from: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,59}$/, 'not a parameter; write it like utm_source')
        .optional()
        .meta({ description: 'This parameter of the address of the page.' }),
    }),
  ])
  .readonly();
export type FormField = z.output<typeof fieldSchema>;
export type FieldType = FormField['type'];
/** A field that people see. */
export type ShownField = Exclude<FormField, { readonly type: 'hidden' }>;

export const isShown = (field: FormField): field is ShownField => field.type !== 'hidden';

/** Most letters that an answer has. */
export function mostLetters(field: FormField): number {
  if (field.type === 'textarea') return field.maxLength ?? MOST_OF_TEXTAREA;
  const most = field.name === 'name' ? 200 : MOST_LETTERS;
  return field.type === 'text' || field.type === 'company' ? Math.min(field.maxLength ?? most, most) : most;
}

/** Whether an answer stays with the contact, or with the event alone. */
export const keptWith = ({ keep, type }: FormField): 'contact' | 'event' =>
  keep ?? (type === 'textarea' ? 'event' : 'contact');
