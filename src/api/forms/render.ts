import { first, type Typed } from '../../domain/forms/answers';
import { isOver, type Session, sessionsAhead, type Webinar } from '../../domain/forms/brings';
import { type FormField, isShown } from '../../domain/forms/field';
import { allFields, fallbackOf, type HostedForm } from '../../domain/forms/schema';
import { textIn } from '../../domain/forms/texts';
import type { Instant } from '../../domain/ids';
import type { Localised } from '../../domain/localised';
import { html, SafeHtml } from '../html';
import { page, titledPage } from '../page';
import type { ShownConsent } from './consent';
import { type ControlView, checkbox, fieldBlock } from './controls';
import { PROOF_OF_PAGE } from './proof-of-work';
import { dateText } from './sessions';
import { type Words, wordsIn } from './words';

/** How a form stands when it is shown. */
export interface FormView {
  readonly form: HostedForm;
  readonly locale: string;
  readonly token: string;
  /** The fields of this visit. */
  readonly asked: readonly FormField[];
  readonly typed: Typed;
  /** Field name → what to do about it. */
  readonly errors: ReadonlyMap<string, string>;
  /** Undefined: it asks for none. */
  readonly consent: ShownConsent | undefined;
  /** A message about the whole form. */
  readonly notice?: string | undefined;
  readonly now: Instant;
}

const NOTHING_TYPED: Typed = new Map();
export const NOTHING_WRONG: ReadonlyMap<string, string> = new Map();
export const nothingTyped = NOTHING_TYPED;

export const textsOf =
  (form: HostedForm, locale: string) =>
  (texts: Localised | undefined): string =>
    textIn(texts, locale, fallbackOf(form));

/** All errors first, each a link to its field. The browser brings it into view and to the ear without a script. */
function errorSummary({ form, errors, notice, consent }: FormView, words: Words, textOf: ControlView['textOf']) {
  if (errors.size === 0 && !notice) return undefined;
  const labels = new Map<string, string>([
    ...allFields(form)
      .filter(isShown)
      .map(({ name, label }): [string, string] => [name, textOf(label)]),
    ['consent', consent?.text ?? ''],
  ]);
  const items = [...errors].map(
    ([name, error]) => html`<li><a href="#${name}">${labels.get(name)?.replace(/\.$/, '')}: ${error}</a></li>`,
  );
  return html`<div role="alert" tabindex="-1" autofocus>${errors.size > 0 && html`<h2>${words.errorTitle}</h2>`}${
    notice && html`<p>${notice}</p>`
  }${errors.size > 0 && html`<ul>${items}</ul>`}</div>`;
}

/** The form as a page that works without any script. */
export function formPage(view: FormView): string {
  const { form, locale, typed, errors, consent, asked, token } = view;
  const words = wordsIn(locale);
  const textOf = textsOf(form, locale);
  const control: ControlView = { words, typed, errors, textOf };
  const { proofOfWork } = form.spam;
  const body = html`<h1>${textOf(form.title)}</h1>
${form.brings?.type === 'webinar' && onlyDate(form.brings, view)}
${form.intro && html`<p>${textOf(form.intro)}</p>`}
${errorSummary(view, words, textOf)}
<form method="post" action="/f/${form.form}" novalidate${proofOfWork !== undefined && html` data-proof="${proofOfWork}"`}>
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="lang" value="${locale}">
<input type="hidden" name="campaign" value="${first(typed, 'campaign')}">
<input type="hidden" name="visitor" value="">
${first(typed, 'visit') !== '' && html`<input type="hidden" name="visit" value="${first(typed, 'visit')}">`}
${proofOfWork !== undefined && html`<input type="hidden" name="proof" value="">`}
<p class="trap"><label for="website">${words.trap}</label><input id="website" name="website" tabindex="-1" autocomplete="off"></p>
${asked.map((field) => html`${fieldBlock(field, control)}\n`)}
${consent && checkbox({ name: 'consent', required: consent.required, text: consent.text, hint: '' }, control)}
${form.progressive?.remember && checkbox({ name: 'remember', required: false, text: words.remember, hint: '' }, control)}
<button type="submit">${textOf(form.submit) || words.submit}</button>
</form>${proofOfWork !== undefined && html`<script>${new SafeHtml(PROOF_OF_PAGE)}</script>`}`;
  const prefix = errors.size > 0 ? `${words.errorPrefix} ` : '';
  return page({ title: `${prefix}${textOf(form.title)}`, lang: locale, body });
}

/** When it is, where there is no choice. */
function onlyDate(webinar: Webinar, { locale, now }: FormView): SafeHtml | undefined {
  const [only, ...others] = sessionsAhead(webinar, now);
  return only && others.length === 0 ? dateLine(webinar, only, locale) : undefined;
}

const dateLine = (webinar: Webinar, session: Session, locale: string): SafeHtml =>
  html`<p><time datetime="${new Date(session.startsAt).toISOString()}">${dateText(webinar, session, locale)}</time></p>`;

export interface Thanks {
  /** By double opt-in. */
  readonly mustConfirm: boolean;
  /** Of what the form brings: where it is, and until when. */
  readonly ebook?: { readonly href: string; readonly until: Instant } | undefined;
  readonly calendar?: { readonly href: string } | undefined;
  /** The date for which they have registered. */
  readonly session?: Session | undefined;
}

export const thanksText = (form: HostedForm, locale: string, { mustConfirm }: Thanks): string => {
  const words = wordsIn(locale);
  return `${textsOf(form, locale)(form.thanks) || words.thanks}${mustConfirm ? ` ${words.confirm}` : ''}`;
};

/** What a person sees who has sent the form; with double opt-in, that a mail is on its way that they must answer. */
export function thanksPage(form: HostedForm, locale: string, thanks: Thanks): string {
  const words = wordsIn(locale);
  const textOf = textsOf(form, locale);
  const { ebook, calendar, session } = thanks;
  const until = ebook && new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(ebook.until);
  return titledPage({
    title: textOf(form.title),
    lang: locale,
    body: html`<p role="status">${thanksText(form, locale, thanks)}</p>
${ebook && html`<p><a class="button" href="${ebook.href}" download>${words.getEbook}</a></p><p class="muted">${words.ebookUntil.replace('{date}', until ?? '')}</p>`}
${form.brings?.type === 'webinar' && session && dateLine(form.brings, session, locale)}
${calendar && html`<p><a class="button" href="${calendar.href}">${words.getCalendar}</a></p>`}`,
  });
}

/** Whether its last date is past. */
export const isClosed = (form: HostedForm, now: Instant): boolean => isOver(form.brings, now);

export const closedText = ({ brings }: HostedForm, words: Words): string =>
  brings?.type === 'webinar' && brings.sessions !== undefined ? words.closedSessions : words.closed;

export function closedPage(form: HostedForm, locale: string): string {
  const words = wordsIn(locale);
  return page({
    title: words.closedTitle,
    lang: locale,
    body: html`<h1>${textsOf(form, locale)(form.title)}</h1><p role="status">${words.closedTitle}. ${closedText(form, words)}</p>`,
  });
}

/** Of a link that has ended: with the way to a new one. */
export function endedPage(form: HostedForm, locale: string): string {
  const words = wordsIn(locale);
  return titledPage({
    title: words.endedTitle,
    lang: locale,
    body: html`<p>${words.ended}</p><p><a class="button" href="/f/${form.form}?lang=${locale}">${words.backToForm}</a></p>
<p class="muted">VIV_FORM_LINK_ENDED</p>`,
  });
}
