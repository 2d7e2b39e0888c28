import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { type Found, senseless } from '../yaml/problem';
import { asciiDomain } from './domain-name';

/** What becomes of a part of an address that its provider does not look at. */
const whetherKept = z.enum(['keep', 'drop']);

/** newest: of whom anything happened last. */
const preferred = z.enum(['survivor', 'merged', 'newest']);
export type Preferred = z.output<typeof preferred>;

const domainSchema = z
  .strictObject({
    plusTags: whetherKept.optional().meta({ description: 'Of this domain: what stands behind a plus in the mailbox.' }),
    dots: whetherKept.optional().meta({ description: 'Of this domain: the dots in the mailbox.' }),
    sameAs: z
      .string()
      .trim()
      .max(253)
      .optional()
      .meta({ description: 'Another domain of the same mailboxes: googlemail.com is the same as gmail.com.' }),
  })
  .readonly();

/** How contacts are told apart by what they write in a form or stands in a list. Nothing of it changes where mails go. */
export const identitySchema = z
  .strictObject({
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a country in two capital letters (ISO 3166-1), like BR')
      .optional()
      .meta({ description: 'Of telephone numbers that do not say their country.' }),
    localCase: z.enum(['lower', 'keep']).default('lower').meta({
      description: 'How the mailbox is written to. Two that differ by case alone are one contact either way.',
    }),
    plusTags: whetherKept
      .default('keep')
      .meta({ description: 'drop: ana+news@viva.example is the contact ana@viva.example.' }),
    dots: whetherKept.default('keep').meta({ description: 'drop: a.na@viva.example is the contact ana@viva.example.' }),
    organisations: z
      .strictObject({
        byDomain: z
          .boolean()
          .default(false)
          .meta({ description: 'Whether a contact joins the organisation of the domain of its address.' }),
        notCompanies: z
          .array(z.string().max(253))
          .max(1000)
          .default([])
          .meta({ description: 'Domains of no company, beside the well-known providers of free mail.' }),
        companies: z
          .array(z.string().max(253))
          .max(1000)
          .default([])
          .meta({ description: 'Domains of companies, whatever the list of providers says.' }),
      })
      .prefault({}),
    merge: z
      .strictObject({
        prefer: preferred.default('survivor').meta({ description: 'Whose name, language and attributes win.' }),
        attributes: z
          .record(z.string().max(60), preferred)
          .default({})
          .meta({ description: 'What is otherwise, by attribute.' }),
      })
      .prefault({}),
    domains: z
      .record(z.string().max(253), domainSchema)
      .default({})
      .meta({ description: 'What is otherwise, by domain.' }),
  })
  .readonly();
export type IdentityRules = z.output<typeof identitySchema>;

/** With no file. */
export const DEFAULT_IDENTITY: IdentityRules = identitySchema.parse({});

/** What the schema lets pass and makes no sense all the same. */
export function identityProblems({ defaultCountry, domains, organisations }: IdentityRules): readonly Found[] {
  const country =
    defaultCountry === undefined || isSupportedCountry(defaultCountry)
      ? []
      : [senseless(['defaultCountry'], `no telephone numbers are of "${defaultCountry}"`, 'write a country like BR')];
  const listed = (['notCompanies', 'companies'] as const).flatMap((list) =>
    organisations[list].flatMap((name, index) =>
      asciiDomain(name) === name
        ? []
        : [
            senseless(
              ['organisations', list, index],
              `"${name}" is not a domain as it is compared`,
              `write ${asciiDomain(name) ?? 'one like gmail.com'}`,
            ),
          ],
    ),
  );
  return [...country, ...listed, ...Object.keys(domains).flatMap((name) => domainProblems(name, domains))];
}

function domainProblems(name: string, domains: IdentityRules['domains']): readonly Found[] {
  const path = ['domains', name];
  const sameAs = domains[name]?.sameAs;
  if (asciiDomain(name) !== name)
    return [
      senseless(
        path,
        `"${name}" is not a domain as it is compared`,
        `write ${asciiDomain(name) ?? 'one like gmail.com'}`,
      ),
    ];
  if (sameAs === undefined) return [];
  if (asciiDomain(sameAs) !== sameAs)
    return [
      senseless(
        [...path, 'sameAs'],
        `"${sameAs}" is not a domain as it is compared`,
        `write ${asciiDomain(sameAs) ?? 'one like gmail.com'}`,
      ),
    ];
  const isChain = sameAs === name || domains[sameAs]?.sameAs !== undefined;
  return isChain
    ? [senseless([...path, 'sameAs'], `"${sameAs}" is itself the same as another`, 'name the last of them')]
    : [];
}
