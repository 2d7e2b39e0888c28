import fc from 'fast-check';
import type { FactEvent, Facts } from '../../src/domain/facts';
import { type Advanced, type AdvanceInput, advance } from '../../src/domain/journey/advance';
import { changedFacts } from '../../src/domain/journey/changed-facts';
import type { Effect, EffectOutcome, Move } from '../../src/domain/journey/move';
import { initialState } from '../../src/domain/journey/state';
import type { Definition } from '../../src/domain/sequence/definition';
import type { Change } from '../../src/domain/steps/handler';
import { CONTACT_ID, DAY, HOUR, JOURNEY_ID, MONDAY, someFacts, someRules } from './builders';
import { EVENT_TYPES } from './sequences';

/** What happens around a journey: events with the time between them, and how effects turn out. */
export interface Happenings {
  readonly events: readonly {
    readonly gapMs: number;
    readonly type: string;
    readonly journeyId: string | null;
    /** Whether the journey is woken for it at once, or sees it when it looks next. */
    readonly isPoked: boolean;
  }[];
  readonly effects: readonly { readonly takesMs: number; readonly mail: MailEnd; readonly handoff: HandoffEnd }[];
  readonly hasLead: boolean;
}

const MAIL_ENDS = ['accepted', 'rejected', 'unknown', 'skipped', 'deferred', 'exit'] as const;
const HANDOFF_ENDS = ['accepted', 'rejected', 'recycled', 'expired'] as const;
type MailEnd = (typeof MAIL_ENDS)[number];
type HandoffEnd = (typeof HANDOFF_ENDS)[number];

export const happenings: fc.Arbitrary<Happenings> = fc.record({
  events: fc.array(
    fc.record({
      gapMs: fc.constantFrom(0, 0, 1, HOUR, DAY, 9 * DAY),
      type: fc.constantFrom(...EVENT_TYPES, 'nobody.waits'),
      journeyId: fc.constantFrom(null, null, JOURNEY_ID, 'another'),
      isPoked: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  effects: fc.array(
    fc.record({
      takesMs: fc.constantFrom(0, 1, HOUR, 2 * DAY),
      mail: fc.constantFrom<MailEnd>('accepted', 'accepted', ...MAIL_ENDS),
      handoff: fc.constantFrom(...HANDOFF_ENDS),
    }),
    { maxLength: 10 },
  ),
  hasLead: fc.boolean(),
});

/** One turn as it was asked for and answered. */
export interface TakenTurn {
  readonly input: AdvanceInput;
  readonly advanced: Advanced;
}

interface DriveOptions {
  readonly maxTurns?: number;
  /** May move the journey to another version before a turn; what came of its effect is on its way then. */
  readonly beforeTurn?: (
    at: Pick<AdvanceInput, 'turn' | 'state' | 'facts' | 'now'>,
  ) => Pick<AdvanceInput, 'definition' | 'state'> | undefined;
}

/**
 * Drives a journey by `advance` alone, as the workflow does: it performs moves, waits, is woken, and asks again; until it ends, or
 * for `maxTurns`.
 */
export function drive(
  start: Definition,
  around: Happenings,
  { maxTurns = 80, beforeTurn }: DriveOptions = {},
): readonly TakenTurn[] {
  const world = worldOf(around);
  const turns: TakenTurn[] = [];
  let definition = start;
  let state = initialState(0);
  let outcome: EffectOutcome | undefined;
  for (let turn = 0; turn < maxTurns; turn += 1) {
    const other = beforeTurn?.({ turn, state, facts: world.facts(), now: world.now() });
    if (other) ({ definition, state } = other);
    const input = {
      definition,
      journey: { id: JOURNEY_ID, contactId: CONTACT_ID },
      state,
      facts: world.facts(),
      rules: someRules,
      now: world.now(),
      turn,
      ...(outcome ? { outcome } : {}),
    };
    const advanced = advance(deepFrozen(input));
    turns.push({ input, advanced });
    if (advanced.move.type === 'end') return turns;
    world.change(advanced.changes);
    outcome = world.perform(advanced.move);
    state = advanced.state;
  }
  return turns;
}

function worldOf({ events, effects, hasLead }: Happenings) {
  const log: FactEvent[] = [];
  const coming = planned(events);
  const ends = [...effects];
  let now = MONDAY;
  let facts = someFacts([], hasLead ? { lead: LEAD } : {});
  let under: { readonly until: number; readonly outcome: EffectOutcome } | undefined;

  /** Time passes up to `until`, or to the next event that wakes. */
  const pass = (until: number): 'woken' | 'over' => {
    for (let event = coming[0]; event && event.at <= until; event = coming[0]) {
      coming.shift();
      now = Math.max(now, event.at);
      log.push({ seq: log.length + 1, type: event.type, at: event.at, journeyId: event.journeyId, properties: {} });
      if (event.isPoked) return 'woken';
    }
    now = Math.max(now, until);
    return 'over';
  };
  return {
    now: () => now,
    facts: (): Facts => ({ ...facts, events: [...log], lastSeq: log.length }),
    change: (changes: readonly Change[]) => {
      for (const change of changes) facts = changedFacts(facts, change, { scoring: someRules.scoring, now });
    },
    /** Performs the move; what came of an effect, or nothing when it is still under way or nothing was performed. */
    perform: (move: Move): EffectOutcome | undefined => {
      if (move.type === 'await') {
        pass(move.until ?? now + DAY);
        return undefined;
      }
      if (move.type === 'end') return undefined;
      under ??= effectOf(move.effect.type, ends.shift(), now);
      if (pass(under.until) === 'woken' && move.effect.type === 'handoff') return undefined; // a goal may hold meanwhile
      const { outcome } = under;
      under = undefined;
      return outcome;
    },
  };
}

const LEAD: Facts['lead'] = {
  id: 'lead',
  offer: 'course',
  source: 'form',
  campaign: null,
  stage: 'nurturing',
  temperature: 'cold',
  grade: 'B',
  score: 12.5,
  createdAt: MONDAY,
};

function planned(events: Happenings['events']) {
  let at = MONDAY;
  return events.map((event) => {
    at += event.gapMs;
    return { ...event, at };
  });
}

function effectOf(type: Effect['type'], end: Happenings['effects'][number] | undefined, now: number) {
  const { takesMs, mail, handoff } = end ?? { takesMs: 0, mail: 'accepted', handoff: 'accepted' };
  const until = now + takesMs;
  const reason = 'as it happened';
  if (type === 'webhook')
    return { until, outcome: { effect: 'webhook', status: 'delivered', set: { told: true }, reason } as const };
  if (type === 'handoff')
    // a person answers, so time passes
    return { until: until + 1, outcome: { effect: 'handoff', status: handoff, reason } as const };
  const outcome: EffectOutcome =
    mail === 'deferred'
      ? { effect: 'mail', status: mail, until: until + HOUR, reason }
      : { effect: 'mail', status: mail, reason };
  return { until, outcome };
}

/** Whoever changes what it was given throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}
