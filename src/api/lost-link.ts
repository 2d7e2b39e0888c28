import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError, type PageOf } from './error-handler';
import { chooseLocale, inLanguage } from './forms/languages';
import { html } from './html';
import { HTML, titledPage } from './page';

/** Where the link to the preference page is asked for. */
export const ASK_PATH = '/preferences';

interface Words {
  readonly title: string;
  readonly text: string;
  readonly way: string;
  readonly label: string;
  readonly button: string;
  readonly sentTitle: string;
  readonly sent: string;
}

const WORDS = {
  en: {
    title: 'This link does not work',
    text: 'It is not one of ours, was cut short, or its mail is on record no more. Open it again from the mail itself.',
    way: 'Or write your address here: we mail you the link to the page where you stop our mails, or choose among them.',
    label: 'E-mail address',
    button: 'Send me the link',
    sentTitle: 'Look into your mail',
    sent: 'If this address is on record with us, the link is on its way to it. It comes once an hour at most.',
  },
  pt: {
    title: 'Este link não funciona',
    text: 'Ele não é nosso, foi cortado, ou a mensagem já não está registrada. Abra-o outra vez a partir do próprio e-mail.',
    way: 'Ou escreva seu endereço aqui: enviamos o link da página em que você cancela nossos e-mails ou escolhe quais receber.',
    label: 'Endereço de e-mail',
    button: 'Quero o link',
    sentTitle: 'Veja seu e-mail',
    sent: 'Se este endereço está registrado conosco, o link está a caminho. Ele é enviado no máximo uma vez por hora.',
  },
  pl: {
    title: 'Ten link nie działa',
    text: 'Nie pochodzi od nas, został ucięty albo tej wiadomości już u nas nie ma. Otwórz go jeszcze raz z samej wiadomości.',
    way: 'Możesz też wpisać swój adres: wyślemy link do strony, na której zrezygnujesz z wiadomości albo je wybierzesz.',
    label: 'Adres e-mail',
    button: 'Wyślij mi link',
    sentTitle: 'Sprawdź pocztę',
    sent: 'Jeśli mamy u siebie ten adres, link jest już w drodze. Wysyłamy go najwyżej raz na godzinę.',
  },
} as const satisfies { readonly [language: string]: Words };

const LOCALES = ['en', 'pt-BR', 'pl'] as const;

export const localeOf = ({ headers }: FastifyRequest): string =>
  chooseLocale(LOCALES, { accepted: headers['accept-language'] });

const LOST: readonly string[] = ['VIV_LINK_FORGED', 'VIV_NOT_FOUND'];

/** For routes of signed links: a person whose link is wrong or old gets a page with a way out, a client the problem as always. */
export function answerLostLinks(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => answerError(error, request, reply, pageOfLost));
}

const pageOfLost: PageOf = ({ code }, request) => (LOST.includes(code) ? lostPage(localeOf(request), code) : undefined);

function lostPage(locale: string, code: string): string {
  const words = inLanguage<Words>(WORDS, locale);
  return titledPage({
    title: words.title,
    lang: locale,
    body: html`<p>${words.text}</p><p>${words.way}</p>
<form method="post" action="${ASK_PATH}"><label for="email">${words.label}</label>
<input id="email" name="email" type="email" autocomplete="email" required>
<button type="submit">${words.button}</button></form><p class="muted">${code}</p>`,
  });
}

/** The same for every address: it says of none whether it is on record. */
export function sentPage(reply: FastifyReply, locale: string): FastifyReply {
  const words = inLanguage<Words>(WORDS, locale);
  return reply.type(HTML).send(
    titledPage({
      title: words.sentTitle,
      lang: locale,
      body: html`<p role="status">${words.sent}</p>`,
    }),
  );
}
