import { type Session, sessionsAhead, type Webinar } from '../../domain/forms/brings';
import type { FormField } from '../../domain/forms/field';
import { type HostedForm, localesOf } from '../../domain/forms/schema';
import type { Instant } from '../../domain/ids';
import type { Localised } from '../../domain/localised';
import type { LoadedForm } from './load';
import { wordsIn } from './words';

/** What is asked where a webinar has several dates. */
export const SESSION_FIELD = 'session';

/** A date by the clocks of the webinar's zone, in words. */
export function dateText({ zone }: Webinar, { startsAt }: Session, locale: string): string {
  const from = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: zone });
  return wordsIn(locale).webinarAt.replace('{from}', from.format(startsAt)).replace('{zone}', zone);
}

const forms = new WeakMap<LoadedForm, { readonly ahead: string; readonly form: LoadedForm }>();

/** The form as it is asked now: where its webinar has several dates, with a choice of those ahead. The same object while these stay. */
export function formAt(form: LoadedForm, now: Instant): LoadedForm {
  const { brings } = form;
  if (brings?.type !== 'webinar' || brings.sessions === undefined) return form;
  const offered = sessionsAhead(brings, now);
  const ahead = offered.map(({ session }) => session).join(' ');
  const known = forms.get(form);
  if (known?.ahead === ahead) return known.form;
  const field = fieldOf(form, brings, offered);
  const made = field ? { ...form, fields: [field, ...form.fields] } : form;
  forms.set(form, { ahead, form: made });
  return made;
}

/** Who has no choice is not asked. */
function fieldOf(form: HostedForm, webinar: Webinar, offered: readonly Session[]): FormField | undefined {
  const [first] = offered;
  if (first?.session === null || first === undefined) return undefined;
  if (offered.length === 1) return { name: SESSION_FIELD, type: 'hidden', keep: 'event', value: first.session };
  return {
    name: SESSION_FIELD,
    type: 'select',
    as: 'radio',
    required: true,
    keep: 'event',
    label: inEach(form, (locale) => wordsIn(locale).session),
    options: offered.map((one) => ({
      value: one.session ?? '',
      label: inEach(form, (locale) => dateText(webinar, one, locale)),
    })),
  };
}

const inEach = (form: HostedForm, textOf: (locale: string) => string): Localised =>
  Object.fromEntries(localesOf(form).map((locale) => [locale, textOf(locale)]));
