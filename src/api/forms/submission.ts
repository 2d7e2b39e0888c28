import { emailField, text } from '../contract/common';
import type { FormField, HostedForm } from './schema';
import type { Words } from './words';

/** What a person typed, by field; a repeated field keeps its first value. */
export type Typed = { readonly [name: string]: string };

export interface Checked {
  readonly email: string;
  readonly name?: string;
  readonly attributes: { readonly [name: string]: string | boolean };
  readonly consented: boolean;
  readonly campaign?: string;
}

/** Field name → what to do about it. */
export type FieldErrors = ReadonlyMap<string, string>;

const MOST_CHARACTERS = 1000;
/** Comes from the address of the page: whatever is no campaign is left out, not held against the person. */
const campaignField = text(100);

/** Text of a urlencoded body, trimmed; files, numbers and nested values cannot come in that way. */
export function typedIn(body: unknown): Typed {
  const entries = Object.entries(body !== null && typeof body === 'object' ? body : {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first.trim()]] : [];
    }),
  );
}

/** Checks every field; either what to record, or all errors at once. */
export function check(
  form: HostedForm,
  typed: Typed,
  words: Words,
): { readonly ok: true; readonly checked: Checked } | { readonly ok: false; readonly errors: FieldErrors } {
  const errors = new Map<string, string>();
  for (const field of form.fields) {
    const error = fieldError(field, typed[field.name] ?? '', words);
    if (error) errors.set(field.name, error);
  }
  const consented = typed.consent === 'yes';
  if (form.consent?.required && !consented) errors.set('consent', words.missing);
  if (errors.size > 0) return { ok: false, errors };
  return {
    ok: true,
    checked: {
      email: typed.email ?? '',
      ...(typed.name ? { name: typed.name } : {}),
      attributes: attributesOf(form, typed),
      consented,
      ...(campaignField.safeParse(typed.campaign).success ? { campaign: typed.campaign } : {}),
    },
  };
}

function fieldError(field: FormField, value: string, words: Words): string | undefined {
  if (value === '') return field.required ? words.missing : undefined;
  if (value.length > MOST_CHARACTERS || (field.name === 'name' && value.length > 200)) return words.tooLong;
  if (!text(MOST_CHARACTERS).safeParse(value).success) return words.unstorable;
  if (field.type === 'email' && !emailField.safeParse(value).success) return words.notAnEmail;
  if (field.type === 'select' && !field.options.some((option) => option.value === value)) return words.notAnOption;
  return undefined;
}

/** A box that was not ticked is `false`; a text that was not given says nothing. */
function attributesOf(form: HostedForm, typed: Typed): Checked['attributes'] {
  const others = form.fields.filter(({ name }) => name !== 'email' && name !== 'name');
  return Object.fromEntries(
    others.flatMap(({ name, type }): [string, string | boolean][] => {
      const value = typed[name] ?? '';
      if (type === 'checkbox') return [[name, value === 'yes']];
      return value === '' ? [] : [[name, value]];
    }),
  );
}
