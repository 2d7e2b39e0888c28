import { failure } from '../domain/errors';
import { normalizePhone } from '../domain/identity/phone';
import type { Conversion } from './convert';
import type { PhoneValue } from './map';
import type { Row } from './rows';
import { quoted, textIn } from './values';

/**
 * A telephone number in E.164, as everywhere; undefined: it is not known, or is none and the mapping says to leave it out, which is told.
 * Throws VIV_PHONE_INVALID.
 */
export function phoneIn(row: Row, value: PhoneValue, { country, warn }: Conversion): string | undefined {
  const isPattern = typeof value === 'string';
  const given = textIn(row, isPattern ? value : { column: value.column, missing: value.missing });
  if (given === undefined) return undefined;
  const phone = normalizePhone(given, isPattern ? country : (value.country ?? country));
  if (phone.type === 'valid') return phone.phone;
  if (isPattern || value.invalid === 'reject')
    throw failure('VIV_PHONE_INVALID', { phone: quoted(given), problem: phone.problem });
  warn?.(`the telephone number was left out: ${phone.problem}`);
  return undefined;
}
