import type { Instant, Json } from './ids';
import type { Pause } from './pause/pause';

/** One event as conditions and waits see it. `seq` orders the events of a contact as they were recorded. */
export interface FactEvent {
  readonly seq: number;
  readonly type: string;
  readonly at: Instant;
  readonly journeyId: string | null;
  readonly properties: { readonly [key: string]: Json };
}

export interface ContactFacts {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly createdAt: Instant;
  readonly attributes: { readonly [key: string]: Json };
  /** In the order of the alphabet, each once. */
  readonly tags: readonly string[];
  /** False: they object to profiling, and no score of theirs changes. Absent: they do not. */
  readonly isScored?: false;
}

/** The company that the contact belongs to. */
export interface OrganisationFacts {
  readonly id: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly sector: string | null;
  /** Number of people. */
  readonly size: number | null;
  readonly country: string | null;
}

export type Stage = 'new' | 'nurturing' | 'mql' | 'sal' | 'sql' | 'won' | 'lost' | 'recycled';
export type Temperature = 'cold' | 'warm' | 'hot';
export type Grade = 'A' | 'B' | 'C' | 'D';

export interface LeadFacts {
  readonly id: string;
  readonly offer: string;
  readonly source: string;
  readonly campaign: string | null;
  readonly stage: Stage;
  readonly temperature: Temperature;
  readonly grade: Grade;
  /** Interest score now, after decay, rounded to 2 decimals. */
  readonly score: number;
  readonly createdAt: Instant;
}

export type ClientStatus = 'active' | 'pre_inactive' | 'inactive' | 'ended';

export interface ClientFacts {
  readonly status: ClientStatus;
  readonly firstPurchaseAt: Instant | null;
  readonly lastPurchaseAt: Instant | null;
  readonly purchases: number;
  readonly revenue: number;
}

/** What a decision may look at: read under the contact's lock, so it is one consistent moment. */
export interface Facts {
  readonly contact: ContactFacts;
  readonly lead: LeadFacts | null;
  readonly client: ClientFacts | null;
  readonly organisation: OrganisationFacts | null;
  /** Events that the definition asks for, oldest first. */
  readonly events: readonly FactEvent[];
  /** `seq` of the contact's newest interaction of any type; 0 with none. */
  readonly lastSeq: number;
  /** The event that made the journey begin; absent outside of a journey, and in one that nothing but a hand began. */
  readonly entry?: FactEvent;
  /** The one event that is being looked at: what `event.<property>` means in a `where`. */
  readonly event?: FactEvent;
  /** When the journey began; absent outside of one. */
  readonly enteredAt?: Instant;
  /** Pauses that touch the journey: those that last, and those that ended since it began to wait. Absent: none. */
  readonly pauses?: readonly Pause[];
  /** Of mail steps whose variants have been compared: the variant that won. Absent: none has. */
  readonly winners?: { readonly [stepId: string]: string };
}
