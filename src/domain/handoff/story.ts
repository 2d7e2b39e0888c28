import { DateTime } from 'luxon';
import { EVENTS } from '../event';
import type { Instant, Json } from '../ids';

/** Something that happened with the lead, or was decided about it, as it was stored. */
export type Happening =
  | {
      readonly type: 'event';
      readonly at: Instant;
      readonly event: string;
      readonly properties: { readonly [key: string]: Json };
      /** Of the mail that the event is about. */
      readonly subject: string | null;
    }
  | { readonly type: 'decision'; readonly at: Instant; readonly outcome: string; readonly reason: string };

/** One line of the story that a rep reads. */
export interface StoryLine {
  /** Day and month in the lead's zone. */
  readonly day: string;
  readonly text: string;
}

/** How the lead's clock and language show things. */
export interface Place {
  readonly zone: string;
  readonly locale: string;
}

type Words = Readonly<Record<string, (subject: string, properties: { readonly [key: string]: Json }) => string>>;

const quoted = (subject: string): string => (subject ? ` “${subject}”` : '');
const text = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
const joined = (...parts: readonly string[]): string => parts.filter(Boolean).join(', ');

const ENGLISH: Words = {
  [EVENTS.leadCreated]: (_, { source, campaign }) => joined('showed interest', text(source), text(campaign)),
  [EVENTS.formSubmitted]: (_, { form }) => joined('sent a form', text(form)),
  [EVENTS.mailAccepted]: (subject) => `was sent the mail${quoted(subject)}`,
  [EVENTS.mailClicked]: (subject) => `clicked a link in the mail${quoted(subject)}`,
  [EVENTS.mailOpened]: (subject) => `opened the mail${quoted(subject)}`,
  [EVENTS.pageViewed]: (_, { page }) => joined('saw a page', text(page)),
  [EVENTS.callRequested]: () => 'asked to be called',
  [EVENTS.purchase]: (_, { amount }) => `bought for ${text(amount)}`,
  [EVENTS.handoffAnswered]: (_, { action, reason }) => joined(`sales: ${text(action)}`, text(reason)),
};

const PORTUGUESE: Words = {
  [EVENTS.leadCreated]: (_, { source, campaign }) => joined('demonstrou interesse', text(source), text(campaign)),
  [EVENTS.formSubmitted]: (_, { form }) => joined('enviou um formulário', text(form)),
  [EVENTS.mailAccepted]: (subject) => `recebeu o e-mail${quoted(subject)}`,
  [EVENTS.mailClicked]: (subject) => `clicou em um link do e-mail${quoted(subject)}`,
  [EVENTS.mailOpened]: (subject) => `abriu o e-mail${quoted(subject)}`,
  [EVENTS.pageViewed]: (_, { page }) => joined('viu uma página', text(page)),
  [EVENTS.callRequested]: () => 'pediu uma ligação',
  [EVENTS.purchase]: (_, { amount }) => `comprou por ${text(amount)}`,
  [EVENTS.handoffAnswered]: (_, { action, reason }) =>
    joined(`vendas: ${ACTIONS_PT[text(action)] ?? text(action)}`, text(reason)),
};

const ACTIONS_PT: Readonly<Record<string, string>> = { accept: 'aceito', recycle: 'devolvido', reject: 'rejeitado' };
/** Reasons are stored in English; whoever reads Portuguese is told what came of them. */
const OUTCOMES_PT: Readonly<Record<string, string>> = {
  'grade A': 'nota de perfil A',
  'grade B': 'nota de perfil B',
  'grade C': 'nota de perfil C',
  'grade D': 'nota de perfil D',
  cold: 'interesse frio',
  warm: 'interesse morno',
  hot: 'interesse quente',
  nurturing: 'em nutrição',
  mql: 'qualificado pelo marketing (MQL)',
  sal: 'aceito por vendas (SAL)',
  sql: 'qualificado por vendas (SQL)',
  recycled: 'devolvido por vendas',
  won: 'ganho',
  lost: 'perdido',
};

const isPortuguese = (locale: string): boolean => /^pt\b/i.test(locale);

function decisionText({ outcome, reason }: Extract<Happening, { type: 'decision' }>, locale: string): string {
  return (isPortuguese(locale) ? OUTCOMES_PT[outcome] : undefined) ?? `${outcome}: ${reason}`;
}

/** What machines did says nothing of the lead. */
const isByMachine = (happening: Happening): boolean =>
  happening.type !== 'decision' && happening.event === EVENTS.mailScanned;

/** The story of a lead, one line for each happening, in the language of the lead; a company's own events keep their type's name. */
export function storyLines(happenings: readonly Happening[], { zone, locale }: Place): readonly StoryLine[] {
  const words = isPortuguese(locale) ? PORTUGUESE : ENGLISH;
  const told = happenings.filter((happening) => !isByMachine(happening));
  return told.map((happening) => ({
    day: DateTime.fromMillis(happening.at, { zone, locale }).toFormat('d LLL'),
    text:
      happening.type === 'decision'
        ? decisionText(happening, locale)
        : (words[happening.event]?.(happening.subject ?? '', happening.properties) ?? happening.event),
  }));
}

/** A due time for a person: weekday, day, time and the zone that it is told in. */
export function dueText(dueAt: Instant, { zone, locale }: Place): string {
  return `${DateTime.fromMillis(dueAt, { zone, locale }).toFormat('ccc d LLL, HH:mm')} (${zone})`;
}
