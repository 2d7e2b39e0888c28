/**
 * A pattern of a field, sign by sign: `9` a digit, `A` a letter, `*` either, all else itself: `99999-999`. It is no regular expression: one
 * written in a hurry could keep a server busy for minutes with what a stranger types.
 */
export const PATTERN = /^[\x20-\x7e]{1,60}$/;

const isDigit = (sign: string): boolean => /^\d$/.test(sign);
const isLetter = (sign: string): boolean => /^\p{L}$/u.test(sign);

function fits(wanted: string | undefined, sign: string): boolean {
  if (wanted === '9') return isDigit(sign);
  if (wanted === 'A') return isLetter(sign);
  return wanted === '*' ? isDigit(sign) || isLetter(sign) : wanted === sign;
}

/** Whether a text is one of the patterns, from its first sign to its last. Takes time in proportion to the text. */
export function isLike(text: string, patterns: readonly string[]): boolean {
  const signs = [...text];
  return patterns.some(
    (pattern) => signs.length === pattern.length && signs.every((sign, at) => fits(pattern[at], sign)),
  );
}
