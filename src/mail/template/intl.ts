import { DateTime } from 'luxon';

/** Styles of dates, from the shortest: as `Intl.DateTimeFormat` knows them. */
export const DATE_STYLES: readonly string[] = ['short', 'medium', 'long', 'full'];

/** Forms of words that whole numbers take in a language, `other` always among them. */
export function pluralFormsOf(locale: string): readonly string[] {
  const rules = pluralRules(locale);
  const used = Array.from({ length: MOST_COUNTED }, (_, count) => rules.select(count));
  return [...new Set([...used, 'other'])].toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** Every form of every language comes up below it, but for those of millions, which `other` does for. */
const MOST_COUNTED = 201;
const ORDER: readonly string[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

const pluralRules = remembered((locale) => new Intl.PluralRules(locale));
const numberFormat = remembered((locale) => new Intl.NumberFormat(locale));
const moneyFormat = remembered((key) => {
  const [locale = '', currency = ''] = key.split(' ');
  return new Intl.NumberFormat(locale, { style: 'currency', currency });
});

/** Formats are dear to make, and there are few of them. */
function remembered<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** In whose words values are written. */
export interface Reader {
  readonly locale: string;
  readonly timeZone: string;
}

interface HelperOptions {
  readonly hash: { readonly [key: string]: unknown };
}

/** Prints a value; throws a RangeError that names the value which is missing or makes no sense. */
export type Helper = (value: unknown, ...rest: readonly unknown[]) => string;

/** The helpers of templates, for one reader. */
export const helpersFor = ({ locale, timeZone }: Reader): { readonly [name: string]: Helper } => ({
  date: (value, ...rest) => {
    const style = rest.length > 1 ? String(rest[0]) : 'long';
    return printed(momentOf(value, rest, timeZone), locale, { dateStyle: style as 'long' }); // one of DATE_STYLES: looked at before
  },
  time: (value, ...rest) => printed(momentOf(value, rest, timeZone), locale, { timeStyle: 'short' }),
  number: (value, ...rest) => numberFormat(locale).format(numberOf(value, rest)),
  money: (value, ...rest) => {
    const currency = String(rest[0]);
    if (!isCurrency(currency)) throw new RangeError(`"${currency}" is no code of a currency`);
    return moneyFormat(`${locale} ${currency}`).format(numberOf(value, rest));
  },
  plural: (value, ...rest) => {
    const count = numberOf(value, rest);
    const words = hashOf(rest);
    const form = pluralRules(locale).select(count);
    return String(words[form] ?? words.other).replaceAll('#', numberFormat(locale).format(count));
  },
});

const hashOf = (rest: readonly unknown[]): HelperOptions['hash'] => (rest.at(-1) as HelperOptions).hash; // Handlebars gives it last

function known(value: unknown, rest: readonly unknown[]): unknown {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new RangeError(`"${String(hashOf(rest).of)}" has no value`);
}

function numberOf(value: unknown, rest: readonly unknown[]): number {
  const number = Number(known(value, rest));
  if (Number.isFinite(number)) return number;
  throw new RangeError(`"${String(hashOf(rest).of)}" is no number`);
}

/** An instant in the reader's zone; a date without a time is that day wherever the reader is. */
function momentOf(value: unknown, rest: readonly unknown[], timeZone: string): DateTime {
  const given = known(value, rest);
  const moment =
    typeof given === 'number'
      ? DateTime.fromMillis(given, { zone: timeZone })
      : DateTime.fromISO(String(given), { zone: timeZone });
  if (moment.isValid) return moment;
  throw new RangeError(`"${String(hashOf(rest).of)}" is no date`);
}

const printed = (moment: DateTime, locale: string, style: Intl.DateTimeFormatOptions): string =>
  moment.setLocale(locale).toLocaleString(style);
