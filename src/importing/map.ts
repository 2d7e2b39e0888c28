import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { attributeName } from '../api/contract/common';
import { zoneSchema } from '../domain/calendar/local-time';
import { failure } from '../domain/errors';
import { slug } from '../domain/sequence/names';
import { parseYaml } from '../domain/yaml/parse';
import { problemText } from '../domain/yaml/problem';
import { ENCODINGS } from './inspect';

/** `{Column}` inside a text. */
export const COLUMN = /\{([^{}]+)\}/;

const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const column = z.string().min(1).max(200).meta({ description: 'The name of a column, as in the header row.' });
const cell = z.string().max(1000);

const pattern = z.string().min(1).max(1000).meta({
  description: 'Text in which {Column} stands for the cell of that column, and {row} for the number of the row.',
});

/** The cell of a column, translated. */
const lookup = z.strictObject({
  column,
  values: z
    .record(cell, scalar)
    .optional()
    .meta({ description: 'What each cell stands for. A cell that is not listed makes the row invalid.' }),
  otherwise: scalar.optional().meta({ description: 'What a cell stands for that `values` does not list.' }),
  missing: z.array(cell).default([]).meta({ description: 'Cells that mean "not known", as an empty one does.' }),
});

/** What tells one contact or purchase from another cannot be the same in every row. */
const identity = pattern.refine((text) => COLUMN.test(text), 'needs a column in braces, like {E-mail}');

const value = z.union([pattern, lookup]);
export type Value = z.output<typeof value>;

const attribute = z.union([pattern, lookup.extend({ type: z.enum(['text', 'number']).default('text') })]);
export type AttributeValue = z.output<typeof attribute>;

const rowTestKeys = {
  column,
  is: cell.optional(),
  in: z.array(cell).min(1).optional(),
  startsWith: z.string().min(1).max(1000).optional(),
};
const hasOneTest = (test: { readonly is?: unknown; readonly in?: unknown; readonly startsWith?: unknown }): boolean =>
  [test.is, test.in, test.startsWith].filter((one) => one !== undefined).length === 1;
const ONE_TEST = 'needs one of is, in, startsWith';

const rowTest = z.strictObject(rowTestKeys).refine(hasOneTest, ONE_TEST);
export type RowTest = z.output<typeof rowTest>;

const time = z
  .strictObject({
    column,
    format: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .meta({ description: 'Like dd-MM-yyyy HH:mm (tokens of Luxon); default: ISO 8601.' }),
    zone: zoneSchema.default('UTC').meta({ description: 'The zone of times that state none.' }),
  })
  .readonly();
export type TimeValue = z.output<typeof time>;

const phone = z.union([
  pattern,
  z.strictObject({
    column,
    country: z
      .string()
      .refine((text) => isSupportedCountry(text), 'must be a country in two capital letters (ISO 3166-1), like BR')
      .optional()
      .meta({ description: 'Of numbers that do not say theirs; default: `defaultCountry` of rules/identity.yaml.' }),
    missing: z.array(cell).default([]).meta({ description: 'Cells that mean "not known", as an empty one does.' }),
    invalid: z
      .enum(['reject', 'drop'])
      .default('reject')
      .meta({ description: 'What becomes of a row whose number is none: it is rejected, or imported without it.' }),
  }),
]);
export type PhoneValue = z.output<typeof phone>;

const contactKeys = z.strictObject({
  email: identity,
  name: value.optional(),
  phone: phone.optional().meta({ description: 'Kept in E.164 as the attribute `phone`.' }),
  locale: value.optional(),
  timeZone: value.optional(),
  attributes: z.record(attributeName, attribute).default({}),
  tags: z
    .array(value)
    .max(20)
    .default([])
    .meta({ description: 'Each a text or a column; several tags in one cell stand between bars: vip|fair.' }),
});
const contact = contactKeys.refine(
  ({ phone: own, attributes }) => own === undefined || !Object.hasOwn(attributes, 'phone'),
  { path: ['attributes', 'phone'], message: 'stands twice: `phone` is kept as this attribute' },
);

const fieldRule = z.enum(['keep', 'replace', 'newest']);
const mergeRules = z
  .strictObject({
    name: fieldRule.default('replace'),
    locale: fieldRule.default('replace'),
    timeZone: fieldRule.default('replace'),
    tags: z.enum(['append', 'keep', 'replace', 'newest']).default('append'),
    attributes: fieldRule.default('replace').meta({ description: 'Of attributes that `attribute` does not name.' }),
    attribute: z.record(attributeName, fieldRule).default({}).meta({ description: 'By name of the attribute.' }),
  })
  .meta({
    description:
      'What becomes of a field that is known already, on record or by a row above: keep, replace, or the newest by `at`.',
  });

const amount = z.union([z.strictObject({ column }), z.strictObject({ quantity: column, price: column })]);
export type AmountValue = z.output<typeof amount>;

const file = {
  name: slug.meta({ description: 'Names the import: rows under another name are other rows.' }),
  delimiter: z
    .string()
    .regex(/^[\t ,;|:]$/, 'must be one of , ; | : a space or "\\t"')
    .optional()
    .meta({ description: 'What stands between cells; default: found by the header row.' }),
  encoding: z.enum(ENCODINGS).optional().meta({ description: 'Of the file; default: found by its bytes.' }),
  decimal: z.enum(['.', ',']).default('.').meta({ description: 'What stands before the decimals of a number.' }),
  leaveOut: z
    .array(z.strictObject({ ...rowTestKeys, reason: z.string().min(1).max(200) }).refine(hasOneTest, ONE_TEST))
    .default([])
    .meta({ description: 'Rows that are not meant to be imported.' }),
};

const common = { ...file, contact };

const limitBy = z
  .enum(['row', 'contact'])
  .default('row')
  .meta({ description: 'What --limit counts: rows, or contacts with all of their rows.' });

const contactsMap = z.strictObject({
  import: z.literal('contacts'),
  ...common,
  limitBy,
  merge: mergeRules.prefault({}),
  at: time.optional().meta({ description: 'As of when the row tells it; default: when the import runs.' }),
});
export type ContactsMap = z.output<typeof contactsMap>;

const leadsMap = z.strictObject({
  import: z.literal('leads'),
  ...common,
  limitBy,
  merge: mergeRules.prefault({}),
  key: z
    .array(column)
    .min(1)
    .optional()
    .meta({ description: 'Columns that tell one row from all others; default: all that is taken from the row.' }),
  at: time.optional().meta({ description: 'When interest was shown; default: when the import runs.' }),
  lead: z.strictObject({ offer: value, source: value, campaign: value.optional() }),
  consent: z
    .strictObject({
      purpose: slug,
      basis: z.enum(['consent', 'contract', 'legitimate_interest']),
      text: z.string().min(1).max(5000).meta({ description: 'The exact words that were shown.' }),
      when: rowTest.optional().meta({ description: 'Only rows for which this holds gave it.' }),
    })
    .optional(),
});
export type LeadsMap = z.output<typeof leadsMap>;

const purchasesMap = z.strictObject({
  import: z.literal('purchases'),
  ...common,
  limitBy: z.literal('contact').default('contact').meta({
    description: 'What --limit counts: contacts with all of their rows, since rows would cut a purchase in two.',
  }),
  merge: mergeRules.prefault({}),
  purchase: z.strictObject({
    reference: identity.meta({ description: 'Rows with the same reference are one purchase.' }),
    amount,
    at: time,
    isReturn: rowTest.optional(),
  }),
});
export type PurchasesMap = z.output<typeof purchasesMap>;

const suppressionsMap = z.strictObject({
  import: z.literal('suppressions'),
  ...file,
  limitBy: z.literal('row').default('row').meta({ description: 'What --limit counts: rows.' }),
  suppression: z.strictObject({
    address: identity.meta({ description: 'An e-mail address, or its hash of 64 hexadecimal digits.' }),
    scope: value.optional().meta({ description: 'everything, marketing or purpose:<purpose>.' }),
    defaultScope: z
      .union([z.enum(['everything', 'marketing']), z.string().regex(/^purpose:[a-z][a-z0-9_-]*$/)])
      .default('everything')
      .meta({ description: 'Of rows that name none.' }),
    reason: value.optional().meta({ description: 'Up to 60 letters; default: imported.' }),
  }),
});
export type SuppressionsMap = z.output<typeof suppressionsMap>;

/** How the columns of a CSV file become leads, contacts, purchases or suppressions. Described in docs/import.md. */
export const importMapSchema = z.discriminatedUnion('import', [leadsMap, contactsMap, purchasesMap, suppressionsMap]);
export type ImportMap = z.output<typeof importMapSchema>;

/** Mappings whose rows are about contacts. */
export type PeopleMap = Exclude<ImportMap, SuppressionsMap>;

export const isOfPeople = (map: ImportMap): map is PeopleMap => map.import !== 'suppressions';

/** Reads a mapping. Throws VIV_MAP_INVALID with every problem, each with its line. */
export function parseMap(text: string, file: string): ImportMap {
  const parsed = parseYaml(text, file, importMapSchema);
  if (parsed.type === 'valid') return parsed.value;
  throw failure('VIV_MAP_INVALID', { file, problems: parsed.problems.map(problemText).join('\n') });
}
