import type { Answer, Status } from '../domain/handoff/status';

interface AnswerWords {
  readonly title: string;
  readonly button: string;
  /** What the field for a reason asks. */
  readonly reason: string;
}

export interface HandoffWords {
  readonly title: string;
  readonly due: (text: string) => string;
  readonly contact: string;
  readonly offer: string;
  readonly grade: string;
  readonly temperature: string;
  readonly temperatures: Readonly<Record<string, string>>;
  readonly score: string;
  readonly story: string;
  readonly reasonMissing: string;
  readonly answeredBefore: string;
  readonly held: { readonly [S in Status]: string };
  readonly answers: { readonly [A in Answer]: AnswerWords };
}

const ENGLISH: HandoffWords = {
  title: 'Lead',
  due: (text) => `Please answer by ${text}.`,
  contact: 'Contact',
  offer: 'Offer',
  grade: 'Fit grade',
  temperature: 'Temperature',
  temperatures: { cold: 'cold', warm: 'warm', hot: 'hot' },
  score: 'Interest score',
  story: 'What happened so far',
  reasonMissing: 'Please write a reason; it is kept with the lead.',
  answeredBefore: 'This handoff was answered before; the first answer holds.',
  held: {
    offered: 'Offered',
    escalated: 'Escalated',
    accepted: 'Accepted',
    rejected: 'Rejected',
    recycled: 'Given back for nurturing',
    expired: 'Expired without an answer',
  },
  answers: {
    accept: { title: 'Take the lead', button: 'Accept', reason: '' },
    recycle: { title: 'Not yet', button: 'Give back for nurturing', reason: 'Why not yet?' },
    reject: { title: 'Not a lead', button: 'Reject', reason: 'Why not?' },
  },
};

const PORTUGUESE: HandoffWords = {
  title: 'Lead',
  due: (text) => `Responda até ${text}.`,
  contact: 'Contato',
  offer: 'Oferta',
  grade: 'Nota de perfil',
  temperature: 'Temperatura',
  temperatures: { cold: 'frio', warm: 'morno', hot: 'quente' },
  score: 'Pontos de interesse',
  story: 'O que aconteceu até aqui',
  reasonMissing: 'Escreva um motivo; ele fica registrado com o lead.',
  answeredBefore: 'Este lead já foi respondido; vale a primeira resposta.',
  held: {
    offered: 'Oferecido',
    escalated: 'Escalado',
    accepted: 'Aceito',
    rejected: 'Rejeitado',
    recycled: 'Devolvido para nutrição',
    expired: 'Venceu sem resposta',
  },
  answers: {
    accept: { title: 'Ficar com o lead', button: 'Aceitar', reason: '' },
    recycle: { title: 'Ainda não', button: 'Devolver para nutrição', reason: 'Por que ainda não?' },
    reject: { title: 'Não é um lead', button: 'Rejeitar', reason: 'Por que não?' },
  },
};

/** The words of the page for sales, in the language of the lead: the one in which the rep will talk to them. */
export const handoffWords = (locale: string): HandoffWords => (/^pt\b/i.test(locale) ? PORTUGUESE : ENGLISH);
