import { isSupportedCountry, ParseError, parsePhoneNumberWithError } from 'libphonenumber-js/max';
import type { Refused } from './address';

/** A telephone number in full. */
export interface Phone {
  readonly type: 'valid';
  /** E.164: +5511987654321. */
  readonly phone: string;
  /** ISO 3166-1; undefined: it is of no country, as those of satellites. */
  readonly country?: string;
  /** Inside its company: it is no part of E.164. */
  readonly extension?: string;
}

type Refusal = Refused<'VIV_PHONE_INVALID'>;

const LONGEST = 64;

const PROBLEMS: { readonly [code: string]: string } = {
  INVALID_COUNTRY: 'it does not say of which country it is; begin it with + and the code of the country',
  NOT_A_NUMBER: 'there is no number in it',
  TOO_SHORT: 'it has too few digits',
  TOO_LONG: 'it has too many digits',
};

/**
 * One spelling of a telephone number for all of its spellings. `defaultCountry` (ISO 3166-1, like BR) is that of numbers that do not say
 * theirs.
 */
export function normalizePhone(raw: string, defaultCountry?: string): Phone | Refusal {
  const text = raw.trim().replace(/^tel:/i, '');
  if (text.length > LONGEST) return refused('it has too many digits');
  const country = defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? { defaultCountry } : {};
  try {
    const number = parsePhoneNumberWithError(text, { ...country, extract: false });
    if (!number.isValid())
      return refused(`no number of ${number.country ?? `+${number.countryCallingCode}`} is like that`);
    return {
      type: 'valid',
      phone: number.number,
      ...(number.country === undefined ? {} : { country: number.country }),
      ...(number.ext === undefined ? {} : { extension: number.ext }),
    };
  } catch (error) {
    if (error instanceof ParseError) return refused(PROBLEMS[error.message] ?? 'there is no number in it');
    throw error;
  }
}

const refused = (problem: string): Refusal => ({ type: 'refused', code: 'VIV_PHONE_INVALID', problem });
