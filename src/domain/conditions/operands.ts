import { z } from 'zod';
import type { Fact, Scalar } from './fact';

/** NUL and half surrogate pairs: PostgreSQL cannot hold them, so no fact has them. */
const isStorable = (value: Scalar): boolean =>
  typeof value !== 'string' || !(value.includes('\0') || /\p{Cs}/u.test(value));
const UNSTORABLE = 'contains NUL characters or half a surrogate pair; remove them';
const LONGEST_TEXT = 1000;

/** A finite number; a number in quotes is refused, because it would be text. */
export const numberOperand = z.number('must be a number, written without quotes');

export const textOperand = z
  .string('must be text; put a number in quotes, like "10"')
  .max(LONGEST_TEXT)
  .refine(isStorable, UNSTORABLE);

/** A part of a text: the empty one is in every text, which nobody means. */
export const partOperand = textOperand.min(1, 'must not be empty');

export const flagOperand = z.boolean('must be true or false');

/** The least and the most of a number. */
export const rangeOperand: z.ZodType<readonly number[]> = z
  .array(numberOperand, 'must be the least and the most, like [10, 50]')
  .length(2, 'must be the least and the most, like [10, 50]')
  .refine(
    ([least, most]) => least === undefined || most === undefined || least <= most,
    'has its least above its most, so it never holds; swap them',
  );

const scalarOperand: z.ZodType<Scalar> = z
  .union([z.string().max(LONGEST_TEXT), z.number(), z.boolean()], {
    error: `must be text of at most ${LONGEST_TEXT} characters, a number, or true/false; for a missing value write exists: false`,
  })
  .refine(isStorable, UNSTORABLE);

/** One value that `fact` may equal, or that may be in it when it is a list. */
export function valueOperand({ kind, values }: Fact): z.ZodType<Scalar> {
  if (values) return z.enum(values, `must be one of ${values.join(', ')}`);
  if (kind === 'attribute') return scalarOperand;
  return kind === 'number' ? numberOperand : textOperand;
}

/** Several such values. */
export const valuesOperand = (fact: Fact): z.ZodType<readonly Scalar[]> => listOf(fact, 1000);

/** Several values of a list: fewer, because each is a test of its own. */
export const entriesOperand = (fact: Fact): z.ZodType<readonly Scalar[]> => listOf(fact, 100);

function listOf(fact: Fact, most: number): z.ZodType<readonly Scalar[]> {
  return z.array(valueOperand(fact), 'must be a list, like [A, B]').min(1, 'must name at least one value').max(most);
}
