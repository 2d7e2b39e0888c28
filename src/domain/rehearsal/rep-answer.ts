import { chance, type Draw } from '../chance';
import { EVENTS } from '../event';
import type { Answer } from '../handoff/status';
import { type Instant, keyOf } from '../ids';
import type { ScriptedEvent } from './scripted-event';

/** The scripted answer of a rep: an event of the rehearsal alone, played by answering the handoff. */
export const REP_ANSWERS = 'rep.answers';

/** A handoff as the rep sees it. All but `handoffId` and the times is the same in each run. */
export interface OfferedLead {
  readonly email: string;
  /** Of the lead: reps write their reasons in it. */
  readonly locale: string;
  readonly sequence: string;
  readonly stepId: string;
  /** 1 for the first handoff at this step of the journey. */
  readonly occurrence: number;
  readonly handoffId: string;
  readonly offeredAt: Instant;
  readonly dueAt: Instant;
}

/** Shares of the answers; the rest never answers. */
const SHARES: readonly (readonly [Answer, number])[] = [
  ['accept', 0.6],
  ['recycle', 0.22],
  ['reject', 0.1],
];
/** Share of the answers that come only after the escalation. */
const LATE = 0.15;
/** Share of the accepted leads who buy within the next days. */
const BUYS = 0.4;

type Reasons = { readonly [A in Answer]: readonly string[] };
const ENGLISH: Reasons = {
  accept: ['fits, I will call today', 'knows what they want, talking tomorrow morning', 'mine, thank you'],
  recycle: ['interested, but no budget before next quarter', 'wants to begin after the harvest', 'on holiday, later'],
  reject: ['sells courses of their own', 'was looking for a garden designer', 'left a wrong number, and no answer'],
};
const PORTUGUESE: Reasons = {
  accept: ['tem perfil, ligo hoje', 'sabe o que quer, conversamos amanhã cedo', 'fico com este, obrigado'],
  recycle: [
    'tem interesse, mas sem verba até o próximo trimestre',
    'quer começar depois da colheita',
    'de férias, mais tarde',
  ],
  reject: ['vende cursos próprios', 'procurava um paisagista', 'deixou um número errado e não responde'],
};

const DAY = 86_400_000;

/**
 * How the rep answers a handoff, and whether the lead buys then; nothing when the rep never answers. Most take the lead within
 * the SLA, some only after the escalation. Chance hangs on seed, address, step and occurrence alone.
 */
export function repAnswer(offer: OfferedLead, seed: number, drawn: Draw = chance): readonly ScriptedEvent[] {
  const { email, sequence, stepId, occurrence, handoffId, offeredAt, dueAt } = offer;
  const draw = (what: string) => drawn(seed, email, sequence, stepId, occurrence, 'rep', what);
  const action = actionAt(draw('answer'));
  if (!action) return [];
  const start = draw('late') < LATE ? dueAt : offeredAt;
  const answeredAt = Math.round(start + (0.02 + 0.9 * draw('when')) * (dueAt - offeredAt));
  const reasons = (/^pt\b/i.test(offer.locale) ? PORTUGUESE : ENGLISH)[action];
  const reason = reasons[Math.floor(draw('reason') * reasons.length)] ?? '';
  const answer = { type: REP_ANSWERS, dueAt: answeredAt, properties: { handoffId, action, reason } };
  if (action !== 'accept' || draw('buys') >= BUYS) return [answer];
  const reference = `rehearsed-${keyOf(seed, email, sequence, stepId, occurrence, 'enrolment')}`;
  const boughtAt = Math.round(answeredAt + (1 + 8 * draw('bought')) * DAY);
  return [answer, { type: EVENTS.purchase, dueAt: boughtAt, properties: { reference, amount: 290 } }];
}

function actionAt(draw: number): Answer | undefined {
  let left = draw;
  for (const [action, share] of SHARES) {
    left -= share;
    if (left < 0) return action;
  }
  return undefined;
}
