import { z } from 'zod';

/** A BCP 47 tag, like pt-BR. */
export const localeField = z
  .string()
  .max(35)
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'not a locale; write it like pt-BR');

/** The same text in several languages, at most `most` letters of each. */
export const localised = (most: number) =>
  z
    .record(localeField, z.string().trim().min(1).max(most))
    .refine((texts) => Object.keys(texts).length > 0, 'needs a text in one language at least');
export type Localised = { readonly [locale: string]: string };

const languageOf = (locale: string): string => locale.toLowerCase().split('-')[0] ?? '';

/** The text for a page in `locale`: its own, else one of the same language, else that of `fallback`, else any; empty for none. */
export function textIn(texts: Localised | undefined, locale: string, fallback: string): string {
  const all = Object.entries(texts ?? {});
  const own = all.find(([tag]) => tag.toLowerCase() === locale.toLowerCase());
  const near = own ?? all.find(([tag]) => languageOf(tag) === languageOf(locale));
  return (near ?? all.find(([tag]) => tag === fallback) ?? all[0])?.[1] ?? '';
}
