import { inLanguage } from './forms/languages';
import { html, type SafeHtml } from './html';
import { titledPage } from './page';

/** Of a page that asks, and of the one that says it is done. */
export interface AskWords {
  readonly askTitle: string;
  readonly ask: string;
  readonly button: string;
  readonly doneTitle: string;
  readonly done: string;
}

/** What a link in a mail can ask for, in the languages of the mails. */
const WORDS = {
  unsubscribe: {
    en: {
      askTitle: 'Unsubscribe?',
      ask: 'You will get no more mails of this kind from us.',
      button: 'Yes, unsubscribe me',
      doneTitle: 'You are unsubscribed',
      done: 'You will get no more mails of this kind from us.',
    },
    pt: {
      askTitle: 'Cancelar a inscrição?',
      ask: 'Você não receberá mais e-mails deste tipo.',
      button: 'Sim, cancelar',
      doneTitle: 'Inscrição cancelada',
      done: 'Você não receberá mais e-mails deste tipo.',
    },
    pl: {
      askTitle: 'Zrezygnować z wiadomości?',
      ask: 'Nie będziemy więcej wysyłać Ci wiadomości tego rodzaju.',
      button: 'Tak, rezygnuję',
      doneTitle: 'Rezygnacja przyjęta',
      done: 'Nie będziemy więcej wysyłać Ci wiadomości tego rodzaju.',
    },
  },
  call: {
    en: {
      askTitle: 'Shall we call you?',
      ask: 'One of our people will get in touch with you.',
      button: 'Yes, please call me',
      doneTitle: 'Thank you',
      done: 'One of our people will get in touch with you soon.',
    },
    pt: {
      askTitle: 'Podemos ligar para você?',
      ask: 'Uma pessoa da nossa equipe entrará em contato.',
      button: 'Sim, podem ligar',
      doneTitle: 'Obrigado',
      done: 'Uma pessoa da nossa equipe entrará em contato em breve.',
    },
    pl: {
      askTitle: 'Czy mamy zadzwonić?',
      ask: 'Ktoś z nas skontaktuje się z Tobą.',
      button: 'Tak, proszę o telefon',
      doneTitle: 'Dziękujemy',
      done: 'Ktoś z nas wkrótce skontaktuje się z Tobą.',
    },
  },
} as const satisfies {
  readonly [request: string]: { readonly en: AskWords; readonly pt: AskWords; readonly pl: AskWords };
};

export type LinkRequest = keyof typeof WORDS;

const wordsFor = (request: LinkRequest, locale: string): AskWords => inLanguage<AskWords>(WORDS[request], locale);

const CHOOSE = {
  en: 'Choose what you get from us',
  pt: 'Escolher o que recebo',
  pl: 'Wybieram, co chcę otrzymywać',
};

/** The way to the preference page, where it is about mails and the contact is on record. */
function choice(request: LinkRequest, { locale, preferencesPath }: Shown): SafeHtml | undefined {
  if (request !== 'unsubscribe' || preferencesPath === undefined) return undefined;
  return html`<p><a href="${preferencesPath}">${inLanguage(CHOOSE, locale)}</a></p>`;
}

interface Shown {
  readonly locale: string;
  readonly preferencesPath: string | undefined;
}

/** Asks before anything is done: mail scanners open links too, but press no buttons. `action` is where the button posts to. */
export function askPage(request: LinkRequest, { action, ...shown }: Shown & { readonly action: string }): string {
  const { locale } = shown;
  const words = wordsFor(request, locale);
  return titledPage({
    title: words.askTitle,
    lang: locale,
    body: html`<p>${words.ask}</p>
<form method="post" action="${action}"><button type="submit">${words.button}</button></form>${choice(request, shown)}`,
  });
}

/** Says that it is done. */
export function donePage(request: LinkRequest, shown: Shown): string {
  const { locale } = shown;
  const words = wordsFor(request, locale);
  return titledPage({
    title: words.doneTitle,
    lang: locale,
    body: html`<p role="status">${words.done}</p>${choice(request, shown)}`,
  });
}
