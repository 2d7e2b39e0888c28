import type { Localised } from '../localised';

const languageOf = (locale: string): string => locale.toLowerCase().split('-')[0] ?? '';

/** The text for a page in `locale`: its own, else one of the same language, else that of `fallback`, else any; empty for none. */
export function textIn(texts: Localised | undefined, locale: string, fallback: string): string {
  const all = Object.entries(texts ?? {});
  const own = all.find(([tag]) => tag.toLowerCase() === locale.toLowerCase());
  const near = own ?? all.find(([tag]) => languageOf(tag) === languageOf(locale));
  return (near ?? all.find(([tag]) => tag === fallback) ?? all[0])?.[1] ?? '';
}
