import { type HtmlValue, html, type SafeHtml } from '../html';
import { page } from '../page';
import type { ShownConsent } from './consent';
import type { FormField, HostedForm, Localised } from './schema';
import type { FieldErrors, Typed } from './submission';
import { type Words, wordsIn } from './words';

/** How a form stands when it is shown. */
export interface FormView {
  readonly form: HostedForm;
  readonly locale: string;
  readonly token: string;
  readonly typed: Typed;
  readonly errors: FieldErrors;
  /** Undefined: it asks for none. */
  readonly consent: ShownConsent | undefined;
  /** A message about the whole form. */
  readonly notice?: string;
}

interface FieldView {
  readonly label: HtmlValue;
  readonly value: string;
  readonly error: string | undefined;
  readonly words: Words;
}

const isWrong = (view: FieldView): SafeHtml | undefined => (view.error ? html` aria-invalid="true"` : undefined);
const described = (name: string, view: FieldView): SafeHtml | undefined =>
  view.error ? html` aria-describedby="${name}-error"` : undefined;
const must = (field: { readonly required: boolean }): SafeHtml | undefined =>
  field.required ? html` required` : undefined;

/** What browsers may fill in by themselves (WCAG 2.2, 1.3.5). */
const AUTOCOMPLETE: { readonly [name: string]: string } = {
  email: 'email',
  name: 'name',
  phone: 'tel',
  company: 'organization',
};

function control(field: FormField, view: FieldView, locale: string): SafeHtml {
  const { name } = field;
  const marks = html`${must(field)}${isWrong(view)}${described(name, view)}`;
  if (field.type === 'select')
    return html`<select id="${name}" name="${name}"${marks}><option value="">${view.words.choose}</option>${field.options.map(
      ({ value, label }) =>
        html`<option value="${value}"${value === view.value && html` selected`}>${label[locale]}</option>`,
    )}</select>`;
  const autocomplete = AUTOCOMPLETE[name];
  return html`<input id="${name}" name="${name}" type="${field.type}" value="${view.value}"${
    autocomplete && html` autocomplete="${autocomplete}"`
  }${marks}>`;
}

const errorLine = (name: string, { error, words }: FieldView): SafeHtml | undefined =>
  error ? html`<p class="error" id="${name}-error">${words.errorPrefix} ${error}</p>` : undefined;

function checkbox(box: { readonly name: string; readonly required: boolean }, view: FieldView): SafeHtml {
  const marks = html`${view.value === 'yes' && html` checked`}${must(box)}${isWrong(view)}${described(box.name, view)}`;
  return html`<label class="check"><input type="checkbox" id="${box.name}" name="${box.name}" value="yes"${marks}>${view.label}${
    box.required && html` ${view.words.required}`
  }</label>${errorLine(box.name, view)}`;
}

function fieldBlock(field: FormField, view: FieldView, locale: string): SafeHtml {
  if (field.type === 'checkbox') return checkbox(field, view);
  return html`<label for="${field.name}">${view.label}${field.required && html` ${view.words.required}`}</label>${control(
    field,
    view,
    locale,
  )}${errorLine(field.name, view)}`;
}

/** All errors first, each a link to its field. */
function errorSummary({ form, errors, locale, notice }: FormView, words: Words): SafeHtml | undefined {
  if (errors.size === 0 && !notice) return undefined;
  const labels = new Map<string, Localised | undefined>([
    ...form.fields.map(({ name, label }): [string, Localised] => [name, label]),
    ['consent', form.consent?.text],
  ]);
  const items = [...errors].map(
    ([name, error]) =>
      html`<li><a href="#${name}">${labels.get(name)?.[locale]?.replace(/\.$/, '')}: ${error}</a></li>`,
  );
  return html`<div role="alert" tabindex="-1"><h2>${words.errorTitle}</h2>${notice && html`<p>${notice}</p>`}<ul>${items}</ul></div>`;
}

/** The form as a page that works without any script. */
export function formPage(view: FormView): string {
  const { form, locale, typed, errors, consent } = view;
  const words = wordsIn(locale);
  const viewOf = (name: string, label: Localised): FieldView => ({
    label: label[locale],
    value: typed[name] ?? '',
    error: errors.get(name),
    words,
  });
  const body = html`<h1>${form.title[locale]}</h1>
${form.intro && html`<p>${form.intro[locale]}</p>`}
${errorSummary(view, words)}
<form method="post" action="/f/${form.form}" novalidate>
<input type="hidden" name="token" value="${view.token}">
<input type="hidden" name="lang" value="${locale}">
<input type="hidden" name="campaign" value="${typed.campaign ?? ''}">
<p class="trap"><label for="website">${words.trap}</label><input id="website" name="website" tabindex="-1" autocomplete="off"></p>
${form.fields.map((field) => fieldBlock(field, viewOf(field.name, field.label), locale))}
${consent && checkbox({ name: 'consent', required: consent.required }, { ...viewOf('consent', {}), label: consent.text })}
<button type="submit">${form.submit[locale]}</button>
</form>`;
  const prefix = errors.size > 0 ? `${words.errorPrefix} ` : '';
  return page({ title: `${prefix}${form.title[locale]}`, lang: locale, body });
}

/** What a person sees who has sent the form; with double opt-in, that a mail is on its way that they must answer. */
export function thanksPage(
  form: HostedForm,
  locale: string,
  { mustConfirm }: { readonly mustConfirm: boolean },
): string {
  return page({
    title: form.title[locale] ?? form.form,
    lang: locale,
    body: html`<h1>${form.title[locale]}</h1><p role="status">${form.thanks[locale]}${
      mustConfirm && html` ${wordsIn(locale).confirm}`
    }</p>`,
  });
}
