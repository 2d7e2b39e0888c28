import type { Instant } from '../ids';
import { type AdvanceInput, advance } from '../journey/advance';
import { changedFacts } from '../journey/changed-facts';
import type { EffectOutcome, Move } from '../journey/move';

export interface DueMail {
  readonly stepId: string;
  readonly at: Instant;
}

/** Turns looked ahead for one journey: more mails than that no gate lets pass in a day. */
const MOST_TURNS = 50;

/**
 * The mails that a journey comes to by `until` if nobody does anything: mails are taken, webhooks answered, and no event comes. Where a
 * person has to answer it stops. The gate is not asked: it may still defer or skip what is due here.
 */
export function mailsDue(input: AdvanceInput, until: Instant): readonly DueMail[] {
  const due: DueMail[] = [];
  let next = { ...input, now: Math.max(input.now, deferredUntil(input)) };
  for (let count = 0; count < MOST_TURNS && next.now <= until; count += 1) {
    const { move, state, changes } = advance(next);
    const after = happened(move, next.now, until);
    if (move.type === 'perform' && move.effect.type === 'mail') due.push({ stepId: move.stepId, at: next.now });
    if (!after) break;
    const judging = { scoring: input.rules.scoring, now: next.now };
    const facts = changes.reduce((known, change) => changedFacts(known, change, judging), next.facts);
    const { outcome: _, ...rest } = next;
    next = { ...rest, ...after, state, facts, turn: next.turn + 1 };
  }
  return due;
}

/** A mail that the gate has deferred is tried again at any turn, and deferred once more: it is due when its time has come. */
function deferredUntil({ definition, state: { place } }: AdvanceInput): Instant {
  if (place.type !== 'waiting') return Number.NEGATIVE_INFINITY;
  const isMail = definition.steps.some(({ id, type }) => id === place.stepId && type === 'mail');
  return isMail && place.until !== null ? place.until : Number.NEGATIVE_INFINITY;
}

/** When the journey is asked again, and what came of its effect; undefined: not by `until`. */
function happened(
  move: Move,
  now: Instant,
  until: Instant,
): { readonly now: Instant; readonly outcome?: EffectOutcome } | undefined {
  if (move.type === 'end') return undefined;
  if (move.type === 'await') return move.until !== null && move.until <= until ? { now: move.until } : undefined;
  const reason = 'as is likely';
  switch (move.effect.type) {
    case 'mail':
      return { now, outcome: { effect: 'mail', status: 'accepted', reason } };
    case 'webhook':
      return { now, outcome: { effect: 'webhook', status: 'delivered', set: {}, reason } };
    case 'handoff':
      return undefined;
  }
}
