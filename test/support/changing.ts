import { type Migrated, type Migration, migrated } from '../../src/domain/change/migrated';
import { SAME_STEPS, type StepMap } from '../../src/domain/change/step-map';
import type { Instant } from '../../src/domain/ids';
import { type AdvanceInput, advance } from '../../src/domain/journey/advance';
import type { EffectOutcome } from '../../src/domain/journey/move';
import { initialState, type JourneyState } from '../../src/domain/journey/state';
import type { Definition } from '../../src/domain/sequence/definition';
import { CONTACT_ID, JOURNEY_ID, MONDAY, someFacts, someRules } from './builders';

export const ACCEPTED: EffectOutcome = { effect: 'mail', status: 'accepted', reason: 'taken' };

/** The turn of a journey; say only what matters. */
export function aTurn(definition: Definition, parts: Partial<AdvanceInput> = {}): AdvanceInput {
  return {
    definition,
    journey: { id: JOURNEY_ID, contactId: CONTACT_ID },
    state: initialState(0),
    facts: someFacts(),
    rules: someRules,
    now: MONDAY,
    turn: 1,
    ...parts,
  };
}

/** Where a journey stands after the outcomes of its first effects, each at once. */
export function stateAfter(definition: Definition, outcomes: readonly EffectOutcome[] = []): JourneyState {
  const start = advance(aTurn(definition)).state;
  return outcomes.reduce((state, outcome) => advance(aTurn(definition, { state, outcome })).state, start);
}

/** How a journey goes on from a state: the steps that it mails from, however long it waits for them. */
export function mailsFrom(definition: Definition, state: JourneyState, now: Instant): readonly string[] {
  const mails: string[] = [];
  let input = aTurn(definition, { state, now });
  for (let turn = 0; turn < 100; turn += 1) {
    const { move, state: next } = advance(input);
    if (move.type === 'end') return mails;
    const isMail = move.type === 'perform' && move.effect.type === 'mail';
    if (isMail) mails.push(move.stepId);
    if (move.type === 'perform' && !isMail) return [...mails, `performs ${move.stepId}`];
    const at = move.type === 'await' ? (move.until ?? input.now) : input.now;
    input = aTurn(definition, { state: next, now: at, ...(isMail ? { outcome: ACCEPTED } : {}) });
  }
  return [...mails, '…'];
}

export function migrating(
  state: JourneyState,
  parts: Pick<Migration, 'from' | 'to'> & { readonly map?: Partial<StepMap>; readonly now?: Instant } & Partial<
      Pick<Migration, 'facts'>
    >,
): Migrated {
  const { map, now = MONDAY, facts = someFacts(), from, to } = parts;
  const { calendars } = someRules;
  return migrated(state, { from, to, map: { ...SAME_STEPS, ...map }, now, facts, calendars, journeyId: JOURNEY_ID });
}

/** A journey that moved; throws for one that did not. */
export function moved(...asked: Parameters<typeof migrating>): Extract<Migrated, { type: 'moves' }> {
  const result = migrating(...asked);
  if (result.type !== 'moves') throw new Error(JSON.stringify(result));
  return result;
}
