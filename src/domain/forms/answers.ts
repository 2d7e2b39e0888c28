import type { Json } from '../ids';
import { type FormField, keptWith, mostLetters } from './field';
import { isLike } from './pattern';

/** What a person typed, by field: one text, or several of a box with several ticks. */
export type Typed = ReadonlyMap<string, readonly string[]>;

/** What is wrong with an answer, with the number that it is about. */
export type AnswerError =
  | {
      readonly type:
        | 'missing'
        | 'notAnEmail'
        | 'notAPhone'
        | 'notANumber'
        | 'notWhole'
        | 'notADate'
        | 'notAnOption'
        | 'unstorable'
        | 'oneLine';
    }
  | { readonly type: 'tooShort' | 'tooLong' | 'tooSmall' | 'tooLarge' | 'tooFew' | 'tooMany'; readonly n: number }
  | { readonly type: 'notLike'; readonly example: string }
  | { readonly type: 'tooEarly' | 'tooLate'; readonly date: string };

/** One spelling of what people write in many; undefined: it is none. */
export interface Normalisers {
  readonly email: (raw: string) => string | undefined;
  readonly phone: (raw: string) => string | undefined;
}

export type AnswerErrors = ReadonlyMap<string, AnswerError>;

/** What was answered, in the order of the fields. */
export interface Answers {
  readonly email: string;
  readonly name?: string;
  readonly attributes: { readonly [name: string]: Json };
  /** Stays with the event. */
  readonly words: { readonly [name: string]: Json };
  /** Names of the fields that were answered. */
  readonly answered: readonly string[];
}

export const first = (typed: Typed, name: string): string => typed.get(name)?.[0] ?? '';

/** Reads every field that was asked; either what to record, or all errors at once. */
export function readAnswers(
  fields: readonly FormField[],
  typed: Typed,
  normal: Normalisers,
): { readonly ok: true; readonly answers: Answers } | { readonly ok: false; readonly errors: AnswerErrors } {
  const errors = new Map<string, AnswerError>();
  const values = new Map<FormField, Json>();
  for (const field of fields) {
    const read = readField(field, typed.get(field.name) ?? [], normal);
    if (read.error) errors.set(field.name, read.error);
    else if (read.value !== undefined) values.set(field, read.value);
  }
  return errors.size > 0 ? { ok: false, errors } : { ok: true, answers: answersOf(values) };
}

function answersOf(values: ReadonlyMap<FormField, Json>): Answers {
  const all = [...values].map(([field, value]) => ({ field, value, name: field.name }));
  const textOf = (name: string) => all.find((one) => one.name === name)?.value;
  const others = all.filter(({ name }) => name !== 'email' && name !== 'name');
  const kept = (where: 'contact' | 'event') =>
    Object.fromEntries(others.filter(({ field }) => keptWith(field) === where).map(({ name, value }) => [name, value]));
  const name = textOf('name');
  return {
    email: String(textOf('email') ?? ''),
    ...(name === undefined ? {} : { name: String(name) }),
    attributes: kept('contact'),
    words: kept('event'),
    answered: all.filter(({ field, value }) => field.type !== 'checkbox' || value === true).map((one) => one.name),
  };
}

interface Read {
  readonly value?: Json;
  readonly error?: AnswerError;
}

const wrong = (error: AnswerError): Read => ({ error });

/** NUL and half surrogate pairs cannot be stored; other control signs but tabs and line ends are nothing that people type. */
const STRAY = /(?![\t\n\r])\p{Cc}|\p{Cs}/u;

function readField(field: FormField, given: readonly string[], normal: Normalisers): Read {
  if (field.type === 'hidden') return readHidden(field, given);
  if (given.some((text) => STRAY.test(text))) return wrong({ type: 'unstorable' });
  if (field.type === 'multiselect') return readSeveral(field, given);
  const text = (given[0] ?? '').trim();
  if (field.type === 'checkbox') return text !== 'yes' && field.required ? MISSING : { value: text === 'yes' };
  if (text === '') return field.required ? MISSING : {};
  return lineProblem(field, text) ?? readOne(field, text, normal);
}

const MISSING: Read = wrong({ type: 'missing' });

/** Line ends belong into a textarea alone: elsewhere they are there to forge lines of mails and files. */
function lineProblem(field: FormField, text: string): Read | undefined {
  if (field.type !== 'textarea' && /[\r\n]/.test(text)) return wrong({ type: 'oneLine' });
  return text.length > mostLetters(field) ? wrong({ type: 'tooLong', n: mostLetters(field) }) : undefined;
}

/** Never a reason to trouble a person: whatever is no such value is left out. */
function readHidden(field: Extract<FormField, { type: 'hidden' }>, given: readonly string[]): Read {
  if (field.value !== undefined) return { value: field.value };
  const text = (given[0] ?? '').trim();
  return text === '' || text.length > 200 || STRAY.test(text) || /[\r\n]/.test(text) ? {} : { value: text };
}

function readSeveral(field: Extract<FormField, { type: 'multiselect' }>, given: readonly string[]): Read {
  const chosen = [...new Set(given.map((text) => text.trim()).filter((text) => text !== ''))];
  if (chosen.length === 0) return field.required ? MISSING : {};
  if (!chosen.every((value) => field.options.some((option) => option.value === value)))
    return wrong({ type: 'notAnOption' });
  if (field.atLeast !== undefined && chosen.length < field.atLeast) return wrong({ type: 'tooFew', n: field.atLeast });
  if (field.atMost !== undefined && chosen.length > field.atMost) return wrong({ type: 'tooMany', n: field.atMost });
  return { value: field.options.map(({ value }) => value).filter((value) => chosen.includes(value)) };
}

type Plain = Exclude<FormField, { type: 'hidden' | 'multiselect' | 'checkbox' }>;

function readOne(field: Plain, text: string, normal: Normalisers): Read {
  switch (field.type) {
    case 'text':
    case 'company':
      return readText(field, text);
    case 'textarea':
      return tooShort(field.minLength, text) ?? { value: text.replace(/\r\n?/g, '\n') };
    case 'email':
      return orWrong(normal.email(text), { type: 'notAnEmail' });
    case 'phone':
      return orWrong(normal.phone(text), { type: 'notAPhone' });
    case 'number':
      return readNumber(field, text);
    case 'date':
      return readDate(field, text);
    case 'select':
      return field.options.some(({ value }) => value === text) ? { value: text } : wrong({ type: 'notAnOption' });
    default:
      throw new TypeError(`no field is like ${JSON.stringify(field satisfies never)}`);
  }
}

const orWrong = (value: string | undefined, error: AnswerError): Read =>
  value === undefined ? wrong(error) : { value };

const tooShort = (least: number | undefined, text: string): Read | undefined =>
  least !== undefined && text.length < least ? wrong({ type: 'tooShort', n: least }) : undefined;

function readText(field: Extract<FormField, { type: 'text' | 'company' }>, text: string): Read {
  const short = tooShort(field.minLength, text);
  if (short) return short;
  const [example = ''] = field.pattern ?? [];
  if (field.pattern && !isLike(text, field.pattern)) return wrong({ type: 'notLike', example });
  return { value: text };
}

/** Digits, a sign, and a point or a comma: what keyboards of all our languages write. */
const NUMBER = /^[+-]?\d{1,15}([.,]\d{1,9})?$/;

function readNumber({ min, max, integer }: Extract<FormField, { type: 'number' }>, text: string): Read {
  if (!NUMBER.test(text)) return wrong({ type: 'notANumber' });
  const value = Number(text.replace(',', '.'));
  if (integer && !Number.isInteger(value)) return wrong({ type: 'notWhole' });
  if (min !== undefined && value < min) return wrong({ type: 'tooSmall', n: min });
  if (max !== undefined && value > max) return wrong({ type: 'tooLarge', n: max });
  return { value };
}

function readDate({ min, max }: Extract<FormField, { type: 'date' }>, text: string): Read {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || !isOnCalendar(text)) return wrong({ type: 'notADate' });
  if (min !== undefined && text < min) return wrong({ type: 'tooEarly', date: min });
  if (max !== undefined && text > max) return wrong({ type: 'tooLate', date: max });
  return { value: text };
}

function isOnCalendar(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}
