import { z } from 'zod';

/** What a BCP 47 tag looks like, as far as we need it: a language, and what tells its kinds apart. */
export const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
export const NO_LOCALE = 'not a locale; write it like pt-BR';

/** A BCP 47 tag, like pt-BR. */
export const localeField = z.string().max(35).regex(LOCALE, NO_LOCALE);

/** The same text in several languages, at most `most` letters of each. */
export const localised = (most: number) =>
  z
    .record(localeField, z.string().trim().min(1).max(most))
    .refine((texts) => Object.keys(texts).length > 0, 'needs a text in one language at least');
export type Localised = { readonly [locale: string]: string };
