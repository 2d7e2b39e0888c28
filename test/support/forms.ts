import type { LoadedForm } from '../../src/api/forms/load';
import { formSchema } from '../../src/domain/forms/schema';

const EMAIL = { name: 'email', type: 'email', required: true, label: { en: 'E-mail' } };

/** A form in English that asks for an address; `parts` as a file says them, `fields` beside the address. */
export function aForm({
  fields = [],
  ...parts
}: {
  readonly fields?: readonly object[];
  readonly [key: string]: unknown;
} = {}): LoadedForm {
  return formSchema.parse({ form: 'demo', offer: 'demo', title: { en: 'Demo' }, ...parts, fields: [EMAIL, ...fields] });
}

/** By name, as the server has them. */
export const formsOf = (...forms: readonly LoadedForm[]): ReadonlyMap<string, LoadedForm> =>
  new Map(forms.map((form) => [form.form, form]));

/** The token that a page carries. */
export const tokenIn = (body: string): string => /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';

/** Names of the fields that a page shows. */
export const fieldsIn = (body: string): readonly string[] =>
  [
    ...new Set([...body.matchAll(/<(?:input|select|textarea)[^>]* name="([^"]+)"/g)].map(([, name = '']) => name)),
  ].filter(
    (name) =>
      !['token', 'lang', 'campaign', 'visitor', 'visit', 'website', 'consent', 'remember', 'proof'].includes(name),
  );
