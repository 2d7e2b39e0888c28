import type { HostedForm } from '../../domain/forms/schema';
import { html } from '../html';
import { type ControlView, fieldBlock } from './controls';
import { NOTHING_WRONG, nothingTyped, textsOf } from './render';
import { wordsIn } from './words';

interface Asked {
  readonly form: HostedForm;
  readonly locale: string;
  readonly publicUrl: string;
}

/** What a site pastes in to show a form by our script. */
export const scriptSnippet = ({ form, locale, publicUrl }: Asked): string =>
  html`<script src="${publicUrl}/f/${form.form}.js" data-lang="${locale}" async></script>
<noscript><a href="${publicUrl}/f/${form.form}?lang=${locale}">${textsOf(form, locale)(form.title)}</a></noscript>
`.text;

/**
 * The form as plain HTML for a site that wants no script. It has no token, and can have none: whoever sends it gets our own page with
 * all that they typed, and sends it from there. Consent is asked for there alone, with the words of that day.
 */
export function htmlSnippet({ form, locale, publicUrl }: Asked): string {
  const words = wordsIn(locale);
  const textOf = textsOf(form, locale);
  const view: ControlView = { words, typed: nothingTyped, errors: NOTHING_WRONG, textOf };
  return html`<form method="post" action="${publicUrl}/f/${form.form}" lang="${locale}">
<input type="hidden" name="lang" value="${locale}">
${form.fields.map((field) => html`<div>${fieldBlock(field, view)}</div>\n`)}<button type="submit">${textOf(form.submit) || words.submit}</button>
</form>
`.text;
}
