import type { AnswerError } from '../../../domain/forms/answers';
import { inLanguage } from '../languages';
import { EN } from './en';
import { PL } from './pl';
import { PT } from './pt';
import type { Words } from './words';

export type { Words } from './words';

/** In the language of the locale; English where there is none. */
export const wordsIn = (locale: string): Words => inLanguage({ en: EN, pt: PT, pl: PL }, locale);

/** What is wrong with an answer, and what to do, for the person who gave it. */
export function errorText(words: Words, error: AnswerError, locale: string): string {
  const text = words.errors[error.type];
  if ('n' in error) return text.replace('{n}', new Intl.NumberFormat(locale).format(error.n));
  if ('example' in error) return text.replace('{example}', error.example);
  return 'date' in error ? text.replace('{date}', dateText(error.date, locale)) : text;
}

const dateText = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(`${date}T00:00:00Z`));
