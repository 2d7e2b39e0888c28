import type { FactEvent } from '../facts';
import type { Instant } from '../ids';

/** A journey's whole state: plain JSON, versioned. Kept in the journey's row beside its last turn. */
export interface JourneyState {
  readonly v: 1;
  readonly place: Place;
  /** How often each step was arrived at: the occurrence in keys of effects. */
  readonly visits: { readonly [stepId: string]: number };
  /** What waits, the goal and the exits see no more. */
  readonly seen: Seen;
  /** `seq` of the event that began the journey; absent: a hand, a sweep or another sequence did. */
  readonly entrySeq?: number;
  /** `seq` of the event that each waitFor has used last. */
  readonly used?: { readonly [stepId: string]: number };
  /** Steps that were taken before a migration and stand ahead again since: passed by, once. */
  readonly passBy?: readonly string[];
  /** Mails that were sent and that no version since has a step for, with their templates: an added mail may be one of them. */
  readonly gone?: { readonly [stepId: string]: readonly string[] };
  /** Mails that a migration has added behind the journey and that it still gets; then it goes on waiting where it was. */
  readonly detour?: Detour;
}

/** A way round by some steps, the next one first, and the wait to which it leads back. */
export interface Detour {
  readonly steps: readonly string[];
  readonly back: Extract<Place, { type: 'waiting' }>;
}

/** Events that a journey is done with. New to it is what came since the step before began, and no earlier wait has used. */
export interface Seen {
  /** Every event up to this `seq` is old: it was in the facts of an earlier turn. Never falls. */
  readonly horizon: number;
  /** Newer ones that a wait has used. */
  readonly used: readonly number[];
}

/** Whether a journey may still see the event: it is its own or nobody's, and new. */
export function isNewTo(
  event: FactEvent,
  { journeyId, seen }: { readonly journeyId: string; readonly seen: Seen },
): boolean {
  if (event.seq <= seen.horizon || seen.used.includes(event.seq)) return false;
  return event.journeyId === null || event.journeyId === journeyId;
}

/** What is seen after a step is left: the horizon moves to where the step began, and the event that it used is kept in mind. */
export function seenAfter(seen: Seen, step: { readonly sinceSeq: number; readonly usedSeq: number | undefined }): Seen {
  const { horizon, used } = seen;
  const next = Math.max(horizon, step.sinceSeq);
  if (step.usedSeq === undefined && used.length === 0) return next === horizon ? seen : { horizon: next, used };
  return { horizon: next, used: [...used, step.usedSeq ?? 0].filter((seq) => seq > next) };
}

export type Place =
  | { readonly type: 'start' }
  /** Arrived at a step that has not begun, because of a pause. */
  | { readonly type: 'held'; readonly stepId: string; readonly sinceSeq: number; readonly heldBy: string }
  /** An effect of the step is under way. `sinceSeq`: the newest event when the step began. */
  | {
      readonly type: 'performing';
      readonly stepId: string;
      readonly key: string;
      readonly sinceSeq: number;
      readonly variant?: string;
    }
  /** Waiting inside a step: for a time, an event, or to perform a deferred effect again, which then has the same key. */
  | {
      readonly type: 'waiting';
      readonly stepId: string;
      readonly until: Instant | null;
      readonly sinceSeq: number;
      /** When it began to wait. Absent in states from before pauses: it never froze. */
      readonly since?: Instant;
      /** By how much `until` has moved because clocks stood still (ms). */
      readonly frozenMs?: number;
      /** The pause that holds it. */
      readonly heldBy?: string;
      /** Of a deferred mail: the variant that it was to be. */
      readonly variant?: string;
    }
  | { readonly type: 'ended' };

/** A journey that has not taken its first step. `lastSeq`: the newest event of the contact; `entrySeq`: the event that entered it. */
export function initialState(lastSeq: number, entrySeq?: number): JourneyState {
  const [place, seen]: [Place, Seen] = [{ type: 'start' }, { horizon: lastSeq, used: [] }];
  return entrySeq === undefined ? { v: 1, place, visits: {}, seen } : { v: 1, place, visits: {}, seen, entrySeq };
}

/** Events that a journey looks back at, however old: the one that began it, and those that its waits have used. */
export function rememberedSeqs({ entrySeq, used = {} }: JourneyState): readonly number[] {
  return [...new Set([...(entrySeq === undefined ? [] : [entrySeq]), ...Object.values(used)])];
}
