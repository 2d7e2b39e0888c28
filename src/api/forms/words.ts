/** What a page says of itself, whoever wrote the form. */
export interface Words {
  readonly required: string;
  readonly choose: string;
  readonly errorTitle: string;
  readonly errorPrefix: string;
  readonly missing: string;
  readonly notAnEmail: string;
  readonly notAnOption: string;
  readonly tooLong: string;
  readonly unstorable: string;
  readonly stale: string;
  /** For people whose reader shows the trap field. */
  readonly trap: string;
  /** Of double opt-in. */
  readonly confirm: string;
}

const EN: Words = {
  required: '(required)',
  choose: 'Choose…',
  errorTitle: 'Please correct this',
  errorPrefix: 'Error:',
  missing: 'this is needed',
  notAnEmail: 'write an e-mail address, like ana@example.com',
  notAnOption: 'choose one of the list',
  tooLong: 'this is too long',
  unstorable: 'this contains characters that cannot be stored',
  stale: 'This page was open for too long. Check your answers and send them again.',
  trap: 'Leave this field empty',
  confirm: 'We have sent you an e-mail. Please confirm your address by the link in it.',
};

const PT: Words = {
  required: '(obrigatório)',
  choose: 'Escolha…',
  errorTitle: 'Corrija, por favor',
  errorPrefix: 'Erro:',
  missing: 'preencha este campo',
  notAnEmail: 'escreva um endereço de e-mail, como ana@example.com',
  notAnOption: 'escolha uma opção da lista',
  tooLong: 'o texto é longo demais',
  unstorable: 'há caracteres que não podem ser guardados',
  stale: 'Esta página ficou aberta tempo demais. Confira suas respostas e envie de novo.',
  trap: 'Deixe este campo vazio',
  confirm: 'Enviamos um e-mail para você. Confirme seu endereço pelo link nele.',
};

const PL: Words = {
  required: '(wymagane)',
  choose: 'Wybierz…',
  errorTitle: 'Popraw, proszę',
  errorPrefix: 'Błąd:',
  missing: 'to pole jest potrzebne',
  notAnEmail: 'wpisz adres e-mail, na przykład ana@example.com',
  notAnOption: 'wybierz jedną z pozycji',
  tooLong: 'tekst jest za długi',
  unstorable: 'tekst zawiera znaki, których nie można zapisać',
  stale: 'Ta strona była otwarta zbyt długo. Sprawdź odpowiedzi i wyślij je jeszcze raz.',
  trap: 'Zostaw to pole puste',
  confirm: 'Wysłaliśmy Ci e-mail. Potwierdź swój adres, klikając link w wiadomości.',
};

/** In the language of the locale; English where there is none. */
export const wordsIn = (locale: string): Words => inLanguage({ en: EN, pt: PT, pl: PL }, locale);

/** What there is for the language of a locale; else that for English. */
export function inLanguage<T>(texts: { readonly en: T; readonly pt: T; readonly pl: T }, locale: string): T {
  if (/^pt\b/i.test(locale)) return texts.pt;
  return /^pl\b/i.test(locale) ? texts.pl : texts.en;
}

/** The first locale wanted that is offered: the one asked for, then those of Accept-Language, then the first offered. */
export function chooseLocale(
  offered: readonly string[],
  { asked, accepted = '' }: { readonly asked?: string; readonly accepted?: string },
): string {
  const wanted = [asked ?? '', ...accepted.split(',').map((part) => part.split(';')[0]?.trim() ?? '')].filter(Boolean);
  const languageOf = (locale: string) => locale.toLowerCase().split('-')[0];
  for (const tag of wanted) {
    const exact = offered.find((locale) => locale.toLowerCase() === tag.toLowerCase());
    const near = exact ?? offered.find((locale) => languageOf(locale) === languageOf(tag));
    if (near) return near;
  }
  return offered[0] ?? 'en';
}
