import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { OPEN_TRACKING } from '../engagement/rules';
import { SIMILAR_PRODUCTS } from '../gate/soft-opt-in';
import { type Localised, localised } from '../localised';
import { slug } from '../sequence/names';
import type { Found } from '../yaml/problem';
import { senseless } from '../yaml/problem';
import { DEFAULT_PURPOSE_FILE } from './default-purposes';
import { CONSENT_BASES } from './record';
import { TRANSACTIONAL } from './scope';

const DAY = 86_400_000;

/** The same text in several languages. */
const texts = localised(5000);

const versionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'not the name of a version; write it like 2026-11');

const textSchema = z
  .strictObject({
    version: versionName.meta({ description: 'Never used for other words: people have agreed to these.' }),
    text: texts.meta({ description: 'The exact words beside the box, by language.' }),
  })
  .readonly();

const purposeSchema = z
  .strictObject({
    name: texts.meta({ description: 'As the preference page calls it, by language.' }),
    description: texts.optional().meta({ description: 'One sentence more on the preference page.' }),
    bases: z.array(z.enum(CONSENT_BASES)).min(1).meta({ description: 'Legal bases on which it may rest.' }),
    doubleOptIn: z.boolean().default(false).meta({ description: 'Whether forms ask for it by double opt-in.' }),
    texts: z.array(textSchema).default([]).meta({ description: 'Consent texts, the newest last.' }),
  })
  .readonly();
export type Purpose = z.output<typeof purposeSchema>;

/** What a mail, or a use of data, may be for; and on what that rests. */
export const purposesSchema = z
  .strictObject({
    purposes: z.record(slug, purposeSchema),
    doubleOptIn: z
      .strictObject({
        expiresAfter: durationSchema
          .default(7 * DAY)
          .meta({ description: 'How long a double opt-in can be confirmed.' }),
      })
      .prefault({}),
  })
  .readonly();
export type PurposeRules = z.output<typeof purposesSchema>;

/** With no file. */
export const DEFAULT_PURPOSES: PurposeRules = purposesSchema.parse(DEFAULT_PURPOSE_FILE);

/** Use of what someone does to find out how interested they are: scores, grades, temperature. */
export const PROFILING = 'profiling';

/** What is about the use of data and not about mails of its own: being scored, being seen to open a mail. */
const NOT_OF_MAIL: readonly string[] = [PROFILING, OPEN_TRACKING];

/** Whether mails are sent for the purpose. */
export const isOfMail = (purpose: string): boolean => !NOT_OF_MAIL.includes(purpose);

/** What the schema lets pass and makes no sense all the same. */
export function purposeProblems({ purposes }: PurposeRules): readonly Found[] {
  return Object.entries(purposes).flatMap(([name, { bases, doubleOptIn, texts }]) => {
    const path = ['purposes', name];
    const repeated = texts.flatMap(({ version }, index) =>
      texts.findIndex((other) => other.version === version) === index
        ? []
        : [
            senseless(
              [...path, 'texts', index, 'version'],
              `version "${version}" stands twice`,
              'give it another name',
            ),
          ],
    );
    const needless =
      doubleOptIn && !bases.includes('consent')
        ? [
            senseless(
              [...path, 'doubleOptIn'],
              'double opt-in confirms a consent',
              'add consent to `bases`, or leave it out',
            ),
          ]
        : [];
    const soft =
      bases.includes('soft_opt_in') && name !== SIMILAR_PRODUCTS
        ? [senseless([...path, 'bases'], `soft opt-in is for ${SIMILAR_PRODUCTS} alone`, 'take soft_opt_in out')]
        : [];
    return [...repeated, ...needless, ...soft];
  });
}

/** Whether recipients choose it on the preference page: all but what they need. */
export const isChosen = (purpose: string): boolean => purpose !== TRANSACTIONAL;

/** The text in a language: the same locale, else the same language, else English, else any. */
export function inLanguage(texts: Localised, wanted: string): { readonly locale: string; readonly text: string } {
  const languageOf = (tag: string) => tag.toLowerCase().split('-')[0];
  const tags = Object.keys(texts);
  const tag =
    tags.find((one) => one.toLowerCase() === wanted.toLowerCase()) ??
    tags.find((one) => languageOf(one) === languageOf(wanted)) ??
    tags.find((one) => languageOf(one) === 'en') ??
    tags[0] ??
    '';
  return { locale: tag, text: texts[tag] ?? '' };
}

/** The newest consent text of a purpose in a language; undefined: it has none. */
export function consentText(
  rules: PurposeRules,
  purpose: string,
  wanted: string,
): { readonly version: string; readonly locale: string; readonly text: string } | undefined {
  const newest = rules.purposes[purpose]?.texts.at(-1);
  return newest && { version: newest.version, ...inLanguage(newest.text, wanted) };
}
