import type { Preference } from '../domain/consent/preferences';
import { consentText, inLanguage as inLocale, isOfMail, type PurposeRules } from '../domain/consent/purposes';
import { inLanguage } from './forms/languages';
import { html, type SafeHtml } from './html';
import { titledPage } from './page';

interface Words {
  readonly title: string;
  readonly whose: string;
  readonly legend: string;
  readonly save: string;
  readonly none: string;
  readonly noneHint: string;
  readonly saved: string;
  readonly open: string;
  readonly other: string;
}

const WORDS = {
  en: {
    title: 'What you get from us',
    whose: 'For the address',
    legend: 'You may use my address for',
    save: 'Save',
    none: 'No mails at all',
    noneHint: 'You will then get only what you have asked for yourself, like an invoice.',
    saved: 'Saved. This is how it stands now.',
    open: 'Waits for your confirmation: see the mail that we have sent you.',
    other: 'Other uses',
  },
  pt: {
    title: 'O que você recebe de nós',
    whose: 'Para o endereço',
    legend: 'Podem usar meu endereço para',
    save: 'Salvar',
    none: 'Nenhum e-mail',
    noneHint: 'Você receberá apenas o que você mesmo pediu, como uma nota fiscal.',
    saved: 'Salvo. É assim que está agora.',
    open: 'Aguarda sua confirmação: veja o e-mail que enviamos.',
    other: 'Outros usos',
  },
  pl: {
    title: 'Co od nas otrzymujesz',
    whose: 'Dla adresu',
    legend: 'Możecie używać mojego adresu do',
    save: 'Zapisz',
    none: 'Żadnych wiadomości',
    noneHint: 'Otrzymasz wtedy tylko to, o co prosisz, na przykład fakturę.',
    saved: 'Zapisano. Tak wygląda to teraz.',
    open: 'Czeka na Twoje potwierdzenie: zobacz wiadomość od nas.',
    other: 'Inne zastosowania',
  },
} as const satisfies { readonly [language: string]: Words };

export interface PreferencesView {
  readonly rules: PurposeRules;
  readonly preferences: readonly Preference[];
  /** Shown with its middle left out: whoever was passed the mail need not learn it. */
  readonly email: string;
  readonly locale: string;
  /** Where the buttons post to. */
  readonly action: string;
  readonly isSaved: boolean;
}

/** The page on which a contact chooses what it gets: no login, no script, one box for each purpose. */
export function preferencesPage(view: PreferencesView): string {
  const { preferences, email, locale, action, isSaved } = view;
  const words = inLanguage<Words>(WORDS, locale);
  const [mails, others] = [false, true].map((isOther) =>
    preferences.filter(({ purpose }) => isOfMail(purpose) !== isOther),
  );
  return titledPage({
    title: words.title,
    lang: locale,
    body: html`<p>${words.whose} <strong>${masked(email)}</strong></p>
${isSaved && html`<p role="status"><strong>${words.saved}</strong></p>`}
<form method="post" action="${action}">
${group(view, words.legend, mails ?? [])}
${group(view, words.other, others ?? [])}
<button type="submit" name="do" value="save">${words.save}</button>
<hr>
<p id="none-hint">${words.noneHint}</p>
<button type="submit" name="do" value="none" aria-describedby="none-hint">${words.none}</button>
</form>`,
  });
}

function group(view: PreferencesView, legend: string, preferences: readonly Preference[]): SafeHtml | undefined {
  if (preferences.length === 0) return undefined;
  return html`<fieldset><legend>${legend}</legend>${preferences.map((preference) => box(view, preference))}</fieldset>`;
}

/** What is not allowed shows the exact words of a yes, which are kept with it. */
function box({ rules, locale }: PreferencesView, { purpose, isAllowed, isOpen }: Preference): SafeHtml {
  const declared = rules.purposes[purpose];
  const name = declared ? inLocale(declared.name, locale).text : purpose;
  const description = declared?.description && inLocale(declared.description, locale).text;
  const hints = [
    description,
    isAllowed ? undefined : consentText(rules, purpose, locale)?.text,
    isOpen ? inLanguage<Words>(WORDS, locale).open : undefined,
  ].filter((hint) => hint !== undefined);
  const id = `p-${purpose}`;
  const described = hints.length > 0 && html` aria-describedby="${id}-hint"`;
  return html`<label class="check" for="${id}"><input type="checkbox" id="${id}" name="purpose" value="${purpose}"${
    isAllowed && html` checked`
  }${described}>${name}</label>${
    hints.length > 0 && html`<div class="muted" id="${id}-hint">${hints.map((hint) => html`<p>${hint}</p>`)}</div>`
  }`;
}

/** `a…a@example.test` */
export function masked(email: string): string {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  return local.length < 3 ? `…${email.slice(at)}` : `${local[0]}…${local.at(-1)}${email.slice(at)}`;
}
