import { inLanguage } from './forms/languages';

/** What the page with a person's data says, beside the data. */
export interface PersonWords {
  readonly title: string;
  readonly made: string;
  readonly intro: string;
  readonly person: string;
  readonly email: string;
  readonly name: string;
  readonly organisation: string;
  readonly attributes: string;
  readonly tags: string;
  readonly since: string;
  readonly purposes: string;
  readonly bases: string;
  readonly consents: string;
  readonly consentWords: string;
  readonly source: string;
  readonly proof: string;
  readonly suppressions: string;
  readonly sources: string;
  readonly leads: string;
  readonly scoring: string;
  readonly scoringIntro: string;
  readonly notScored: string;
  readonly journeys: string;
  readonly mails: string;
  readonly why: string;
  readonly interactions: string;
  readonly decisions: string;
  readonly sales: string;
  readonly recipients: string;
  readonly retention: string;
  readonly untilErased: string;
  readonly rights: string;
  readonly rightsText: string;
  readonly when: string;
  readonly what: string;
  readonly state: string;
  readonly none: string;
}

const WORDS = {
  en: {
    title: 'Your data',
    made: 'As of',
    intro: 'This is everything that we have on record about you. The file beside it holds the same for machines.',
    person: 'Who you are',
    email: 'E-mail address',
    name: 'Name',
    organisation: 'Company',
    attributes: 'What else we know',
    tags: 'Tags',
    since: 'On record since',
    purposes: 'What we use it for',
    bases: 'Legal basis',
    consents: 'What you have allowed, and withdrawn',
    consentWords: 'The words that you were shown',
    source: 'Where from',
    proof: 'What shows it',
    suppressions: 'Mails that we do not send you',
    sources: 'Where your data came from',
    leads: 'What you were interested in',
    scoring: 'How you are scored',
    scoringIntro: 'By these rules we estimate how interested you are. You may object to it at any time.',
    notScored: 'You object to profiling: you are not scored.',
    journeys: 'Series of mails that you were in',
    mails: 'Mails to you, and why',
    why: 'Why',
    interactions: 'What happened',
    decisions: 'What was decided, and why',
    sales: 'What sales has done',
    recipients: 'Who else was told',
    retention: 'How long we keep it',
    untilErased: 'What is not named here we keep until you ask us to erase it.',
    rights: 'Your rights',
    rightsText:
      'You may have this corrected, erased or handed over, object to its use, withdraw what you have allowed, and complain to a supervisory authority.',
    when: 'When (UTC)',
    what: 'What',
    state: 'State',
    none: 'Nothing is on record.',
  },
  pt: {
    title: 'Seus dados',
    made: 'Situação em',
    intro: 'Isto é tudo o que temos registrado sobre você. O arquivo ao lado traz o mesmo para máquinas.',
    person: 'Quem é você',
    email: 'Endereço de e-mail',
    name: 'Nome',
    organisation: 'Empresa',
    attributes: 'O que mais sabemos',
    tags: 'Etiquetas',
    since: 'Registrado desde',
    purposes: 'Para que usamos',
    bases: 'Base legal',
    consents: 'O que você autorizou e retirou',
    consentWords: 'As palavras que lhe foram mostradas',
    source: 'Origem',
    proof: 'O que o comprova',
    suppressions: 'E-mails que não lhe enviamos',
    sources: 'De onde vieram seus dados',
    leads: 'Em que você se interessou',
    scoring: 'Como você é pontuado',
    scoringIntro: 'Por estas regras estimamos seu interesse. Você pode se opor a qualquer momento.',
    notScored: 'Você se opõe à criação de perfil: não é pontuado.',
    journeys: 'Séries de e-mails de que você participou',
    mails: 'E-mails para você, e por quê',
    why: 'Por quê',
    interactions: 'O que aconteceu',
    decisions: 'O que foi decidido, e por quê',
    sales: 'O que a equipe de vendas fez',
    recipients: 'Quem mais foi informado',
    retention: 'Por quanto tempo guardamos',
    untilErased: 'O que não está aqui guardamos até você pedir a eliminação.',
    rights: 'Seus direitos',
    rightsText:
      'Você pode pedir correção, eliminação ou portabilidade, opor-se ao uso, retirar o que autorizou e reclamar à ANPD.',
    when: 'Quando (UTC)',
    what: 'O quê',
    state: 'Situação',
    none: 'Nada está registrado.',
  },
  pl: {
    title: 'Twoje dane',
    made: 'Stan na',
    intro: 'To wszystko, co mamy zapisane o Tobie. Plik obok zawiera to samo dla maszyn.',
    person: 'Kim jesteś',
    email: 'Adres e-mail',
    name: 'Imię i nazwisko',
    organisation: 'Firma',
    attributes: 'Co jeszcze wiemy',
    tags: 'Etykiety',
    since: 'Zapisane od',
    purposes: 'Do czego ich używamy',
    bases: 'Podstawa prawna',
    consents: 'Twoje zgody i ich wycofania',
    consentWords: 'Słowa, które zobaczono',
    source: 'Skąd',
    proof: 'Co to potwierdza',
    suppressions: 'Wiadomości, których nie wysyłamy',
    sources: 'Skąd pochodzą Twoje dane',
    leads: 'Czym się interesowano',
    scoring: 'Jak oceniamy',
    scoringIntro: 'Według tych reguł szacujemy zainteresowanie. Możesz w każdej chwili wnieść sprzeciw.',
    notScored: 'Jest sprzeciw wobec profilowania: nie oceniamy.',
    journeys: 'Serie wiadomości',
    mails: 'Wiadomości do Ciebie i ich powody',
    why: 'Dlaczego',
    interactions: 'Co się wydarzyło',
    decisions: 'Co postanowiono i dlaczego',
    sales: 'Co zrobił dział sprzedaży',
    recipients: 'Kogo jeszcze powiadomiono',
    retention: 'Jak długo je przechowujemy',
    untilErased: 'Czego tu nie ma, przechowujemy do czasu żądania usunięcia.',
    rights: 'Twoje prawa',
    rightsText:
      'Możesz żądać sprostowania, usunięcia lub przeniesienia danych, wnieść sprzeciw, wycofać zgodę i złożyć skargę do organu nadzorczego (UODO).',
    when: 'Kiedy (UTC)',
    what: 'Co',
    state: 'Stan',
    none: 'Nic nie jest zapisane.',
  },
} as const satisfies { readonly [language: string]: PersonWords };

export const personWords = (locale: string): PersonWords => inLanguage<PersonWords>(WORDS, locale);
