import type { FactEvent, Facts } from '../../src/domain/facts';
import type { Instant } from '../../src/domain/ids';
import { type Advanced, advance } from '../../src/domain/journey/advance';
import type { Effect, EffectOutcome, Move } from '../../src/domain/journey/move';
import { initialState, type JourneyState } from '../../src/domain/journey/state';
import type { Pause } from '../../src/domain/pause/pause';
import type { Definition } from '../../src/domain/sequence/definition';
import { CONTACT_ID, HOUR, JOURNEY_ID, MONDAY, someFacts, someRules } from './builders';

/** The moment `hours` after `MONDAY`. */
export const at = (hours: number): Instant => MONDAY + hours * HOUR;

/** A pause from one hour to another (null: it lasts), of everything unless told. */
export function aPause(
  mode: Pause['mode'],
  [from, to]: readonly [number, number | null],
  parts: Partial<Pause> = {},
): Pause {
  const times = { since: at(from), endedAt: to === null ? null : at(to) };
  return { id: `${mode} ${from}`, mode, scope: 'everything', reason: 'a test', ...times, ...parts };
}

/** What the database knows of pauses at a moment. */
export function knownAt(pauses: readonly Pause[], now: Instant): readonly Pause[] {
  return pauses
    .filter(({ since }) => since <= now)
    .map((pause) => ({ ...pause, endedAt: pause.endedAt !== null && pause.endedAt <= now ? pause.endedAt : null }))
    .toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}

export interface Around {
  readonly pauses?: readonly Pause[];
  /** Moments at which somebody wakes the journey for nothing. */
  readonly pokes?: readonly Instant[];
  readonly events?: readonly FactEvent[];
  readonly facts?: Partial<Facts>;
  /** What comes of the effects, in order; of those behind them: each is accepted. */
  readonly effects?: readonly EffectOutcome[];
  /** How long an effect takes (ms). */
  readonly takesMs?: number;
  /** How late the end of a pause wakes those that it held (ms). */
  readonly paceMs?: number;
}

export interface Look {
  readonly now: Instant;
  readonly state: JourneyState;
  readonly advanced: Advanced;
}

const accepted = ({ type }: Effect): EffectOutcome =>
  type === 'webhook'
    ? { effect: type, status: 'delivered', set: {}, reason: 'taken' }
    : { effect: type, status: 'accepted', reason: 'taken' };

/**
 * Drives a journey through pauses as the live system does: it looks when a timer is due, when somebody pokes it, when an event comes
 * that it waits for, and when a pause ends that holds it. Nobody else is woken.
 */
export function driveThrough(definition: Definition, around: Around): readonly Look[] {
  const looks: Look[] = [];
  const effects = [...(around.effects ?? [])];
  let [state, now, outcome]: [JourneyState, Instant, EffectOutcome | undefined] = [initialState(0), MONDAY, undefined];
  for (let turn = 0; turn < 200; turn += 1) {
    const advanced = look(definition, around, { state, now, outcome, turn });
    looks.push({ now, state, advanced });
    state = advanced.state;
    outcome = undefined;
    const { move } = advanced;
    if (move.type === 'end') return looks;
    if (move.type === 'perform') {
      now += around.takesMs ?? 0;
      outcome = effects.shift() ?? accepted(move.effect);
      continue;
    }
    const next = nextLook(around, { now, advanced, move });
    if (next === undefined) return looks;
    now = next;
  }
  return looks;
}

interface Asked {
  readonly state: JourneyState;
  readonly now: Instant;
  readonly outcome: EffectOutcome | undefined;
  readonly turn: number;
}

export function look(definition: Definition, around: Around, { outcome, ...asked }: Asked): Advanced {
  const { pauses = [], events = [], facts } = around;
  const come = events.filter((event) => event.at <= asked.now);
  return advance({
    ...asked,
    definition,
    journey: { id: JOURNEY_ID, contactId: CONTACT_ID },
    rules: someRules,
    facts: someFacts(come, { pauses: knownAt(pauses, asked.now), ...facts }),
    ...(outcome ? { outcome } : {}),
  });
}

function nextLook(
  { pauses = [], pokes = [], events = [], paceMs = 0 }: Around,
  { now, advanced, move }: { readonly now: Instant; readonly advanced: Advanced; readonly move: Move },
): Instant | undefined {
  const { place } = advanced.state;
  const heldBy = 'heldBy' in place ? place.heldBy : undefined;
  const end = pauses.find(({ id }) => id === heldBy)?.endedAt ?? null;
  const wakes = [
    ...(move.type === 'await' && move.until !== null ? [move.until] : []),
    ...pokes.filter((poke) => poke > now),
    ...events.filter((event) => event.at > now && advanced.waitsFor.includes(event.type)).map((event) => event.at),
    ...(end === null ? [] : [Math.max(end + paceMs, now)]),
  ];
  return wakes.length === 0 ? undefined : Math.max(now, Math.min(...wakes));
}

/** What was decided, as `kind outcome` at which hour. */
export const told = (looks: readonly Look[]): readonly string[] =>
  looks.flatMap(({ advanced }) =>
    advanced.decisions.map(({ kind, outcome, at: when }) => `${(when - MONDAY) / HOUR}h ${kind} ${outcome}`),
  );

/** At which hour the journey ended; undefined: it goes on. */
export function endHour(looks: readonly Look[]): number | undefined {
  const last = looks.at(-1);
  return last?.advanced.ended ? (last.now - MONDAY) / HOUR : undefined;
}

/** Mails that were asked for: `hour step`. */
export const mailsIn = (looks: readonly Look[]): readonly string[] =>
  looks.flatMap(({ now, advanced: { move } }) =>
    move.type === 'perform' && move.effect.type === 'mail' ? [`${(now - MONDAY) / HOUR}h ${move.stepId}`] : [],
  );
