import type { FactEvent, Stage } from '../facts';
import type { HeldBy, Verdict } from '../gate/gate';
import type { Instant } from '../ids';
import type { Advanced } from '../journey/advance';
import type { EffectOutcome, HandoffStatus } from '../journey/move';
import type { SimulatedMail } from './behaviour';
import type { Person } from './person';
import type { Run } from './run';

export interface SimulatedHandoff {
  readonly id: string;
  readonly run: Run;
  readonly stepId: string;
  readonly team: string;
  /** Address of the rep; null: the team has nobody. */
  readonly rep: string | null;
  readonly offeredAt: Instant;
  readonly dueAt: Instant;
}

/** Why a mail waits: the words of the gate are for people, these for counting. */
export type Deferral = HeldBy | 'lane' | 'provider';

/** Whoever watches a simulation: it counts, or keeps a list. Each is told at the moment `now`. */
export interface Observer {
  entered?(run: Run, now: Instant): void;
  /** A journey of before that goes on. */
  carriedOn?(run: Run, now: Instant): void;
  refused?(person: Person, entry: { readonly sequence: string; readonly reason: string; readonly now: Instant }): void;
  /** An entry that waits for its group, or for a day with room. */
  waits?(person: Person, entry: { readonly sequence: string; readonly reason: string; readonly now: Instant }): void;
  /** After each turn. `from`: the step where the journey stood before it. */
  turned?(
    run: Run,
    turn: {
      readonly advanced: Advanced;
      readonly from: string | undefined;
      readonly outcome: EffectOutcome | undefined;
      readonly now: Instant;
    },
  ): void;
  /** A journey that another of its group ends. */
  takenOver?(run: Run, now: Instant): void;
  /** Pause `index` has ended: how many journeys it held, and how long (ms) it takes until the last of them is woken. */
  resumed?(end: {
    readonly index: number;
    readonly held: number;
    readonly lastsMs: number;
    readonly now: Instant;
  }): void;
  /** Mails and webhooks that fell due in pause `index`, and were dropped. */
  dropped?(drop: { readonly index: number; readonly count: number }): void;
  /** A variant has won. */
  decided?(experiment: {
    readonly sequence: string;
    readonly stepId: string;
    readonly winner: string;
    readonly now: Instant;
  }): void;
  sent?(run: Run, mail: SimulatedMail): void;
  /** A mail that does not go out now: it waits (`deferral`), or not at all. */
  unsent?(
    run: Run,
    mail: {
      readonly stepId: string;
      readonly verdict: Verdict;
      readonly deferral: Deferral | null;
      readonly now: Instant;
    },
  ): void;
  offered?(handoff: SimulatedHandoff): void;
  escalated?(handoff: SimulatedHandoff, now: Instant): void;
  closed?(handoff: SimulatedHandoff, end: { readonly status: HandoffStatus; readonly now: Instant }): void;
  /** An answer that must wait since whoever is to give it has no room left. */
  putOff?(handoff: SimulatedHandoff, now: Instant): void;
  happened?(person: Person, event: FactEvent): void;
  staged?(person: Person, change: { readonly from: Stage; readonly to: Stage; readonly now: Instant }): void;
}
