import type { OptIn } from '../store/opt-in';
import { inLanguage } from './forms/languages';
import { html } from './html';
import type { AskWords } from './link-pages';
import { titledPage } from './page';

interface Words extends AskWords {
  readonly again: string;
  readonly lateTitle: string;
  readonly late: string;
  readonly withdrawnTitle: string;
  readonly withdrawn: string;
  readonly choose: string;
}

const WORDS = {
  en: {
    askTitle: 'Confirm that you want our mails',
    ask: 'By the button you agree to this:',
    button: 'Yes, I agree',
    doneTitle: 'Thank you, it is confirmed',
    done: 'You will hear from us.',
    again: 'You had confirmed it already. There is nothing more to do.',
    lateTitle: 'This link has ended',
    late: 'It was not confirmed in time, so we send you nothing. If you still want our mails, say so on your page.',
    withdrawnTitle: 'You have said no since',
    withdrawn:
      'After this mail you have told us that you do not want it, and that holds. If you have changed your mind, say so on your page.',
    choose: 'Choose what you get from us',
  },
  pt: {
    askTitle: 'Confirme que quer nossos e-mails',
    ask: 'Com o botão você concorda com isto:',
    button: 'Sim, concordo',
    doneTitle: 'Obrigado, está confirmado',
    done: 'Você receberá notícias nossas.',
    again: 'Você já tinha confirmado. Não é preciso fazer mais nada.',
    lateTitle: 'Este link perdeu a validade',
    late: 'A confirmação não chegou a tempo, por isso não enviamos nada. Se você ainda quer nossos e-mails, diga isso na sua página.',
    withdrawnTitle: 'Depois disso você disse não',
    withdrawn:
      'Depois deste e-mail você nos disse que não quer, e isso vale. Se mudou de ideia, diga isso na sua página.',
    choose: 'Escolher o que recebo',
  },
  pl: {
    askTitle: 'Potwierdź, że chcesz nasze wiadomości',
    ask: 'Klikając przycisk, zgadzasz się na to:',
    button: 'Tak, zgadzam się',
    doneTitle: 'Dziękujemy, potwierdzone',
    done: 'Będziemy do Ciebie pisać.',
    again: 'To już zostało potwierdzone wcześniej. Nie musisz nic robić.',
    lateTitle: 'Ten link stracił ważność',
    late: 'Nie było potwierdzenia na czas, więc nic nie wysyłamy. Jeśli nadal chcesz nasze wiadomości, zaznacz to na swojej stronie.',
    withdrawnTitle: 'Później padło „nie”',
    withdrawn:
      'Po tej wiadomości otrzymaliśmy od Ciebie „nie” i to obowiązuje. Jeśli zmienisz zdanie, zaznacz to na swojej stronie.',
    choose: 'Wybieram, co chcę otrzymywać',
  },
} as const satisfies { readonly [language: string]: Words };

/** How a double opt-in stands when its link is opened. */
export type OptInState = 'open' | 'confirmed' | 'late' | 'withdrawn';

/** What was said last counts first: a no holds, a yes is never asked for twice. */
export function stateOf({ isWithdrawn, confirmedAt, until }: OptIn, now: number): OptInState {
  if (isWithdrawn) return 'withdrawn';
  if (confirmedAt !== null) return 'confirmed';
  return now >= until ? 'late' : 'open';
}

interface View {
  readonly optIn: OptIn;
  readonly locale: string;
  /** Where the button posts to. */
  readonly action: string;
  readonly preferencesPath: string;
}

/** Asks, with the exact words: mail scanners open links too, but press no buttons. */
export function confirmPage({ optIn, locale, action }: View): string {
  const words = inLanguage<Words>(WORDS, locale);
  return titledPage({
    title: words.askTitle,
    lang: locale,
    body: html`<p>${words.ask}</p><blockquote lang="${optIn.locale ?? locale}">${optIn.text}</blockquote>
<form method="post" action="${action}"><button type="submit">${words.button}</button></form>`,
  });
}

/** What came of it, or had come of it before. */
export function optInAnswer(state: Exclude<OptInState, 'open'> | 'done', { locale, preferencesPath }: View): string {
  const words = inLanguage<Words>(WORDS, locale);
  const said = {
    done: { title: words.doneTitle, text: words.done },
    confirmed: { title: words.doneTitle, text: words.again },
    late: { title: words.lateTitle, text: words.late },
    withdrawn: { title: words.withdrawnTitle, text: words.withdrawn },
  }[state];
  return titledPage({
    title: said.title,
    lang: locale,
    body: html`<p role="status">${said.text}</p>
<p><a href="${preferencesPath}">${words.choose}</a></p>`,
  });
}
