/** What there is for the language of a locale; else that for English. */
export function inLanguage<T>(texts: { readonly en: T; readonly pt: T; readonly pl: T }, locale: string): T {
  if (/^pt\b/i.test(locale)) return texts.pt;
  return /^pl\b/i.test(locale) ? texts.pl : texts.en;
}

/** The first locale wanted that is offered: the one asked for, then those of Accept-Language, then the first offered. */
export function chooseLocale(
  offered: readonly string[],
  { asked, accepted = '' }: { readonly asked?: string | undefined; readonly accepted?: string | undefined },
): string {
  const wanted = [asked ?? '', ...accepted.split(',').map((part) => part.split(';')[0]?.trim() ?? '')].filter(Boolean);
  const languageOf = (locale: string) => locale.toLowerCase().split('-')[0];
  for (const tag of wanted) {
    const exact = offered.find((locale) => locale.toLowerCase() === tag.toLowerCase());
    const near = exact ?? offered.find((locale) => languageOf(locale) === languageOf(tag));
    if (near) return near;
  }
  return offered[0] ?? 'en';
}
