import { EVENTS } from '../event';
import type { ClientFacts, FactEvent } from '../facts';
import type { GateFacts } from '../gate/gate';
import type { Answer } from '../handoff/status';
import type { Instant } from '../ids';
import type { Newcomer } from './newcomer';

/** One journey on record. */
export interface RecordedJourney {
  readonly id: string;
  readonly sequence: string;
  readonly leadId: string | null;
  readonly entryKey: string | null;
  readonly enteredAt: Instant;
  /** Null: it is under way. */
  readonly endedAt: Instant | null;
  readonly outcome: string | null;
  /** The journey that joined it; null: none did. */
  readonly parentId: string | null;
  /** Whether an event entered it. */
  readonly isByEvent: boolean;
  /** Whether the daily sweep entered it. */
  readonly isBySweep: boolean;
  /** Its group, by the version that it is on; null: it is in none. */
  readonly group: string | null;
  readonly priority: number;
  /** Whether it ended those of its group that it met. */
  readonly takesOver: boolean;
}

/** A mail that was sent, or that was not: what the ledger says of it in the end. */
export interface RecordedMail {
  readonly id: string;
  readonly journeyId: string | null;
  readonly step: string;
  readonly template: string;
  readonly purpose: string;
  readonly at: Instant;
  readonly status: 'accepted' | 'rejected' | 'unknown' | 'skipped';
  readonly reason: string;
}

export interface RecordedHandoff {
  readonly id: string;
  readonly journeyId: string;
  readonly team: string;
  readonly at: Instant;
  /** Null: nobody answered before it expired. `open`: nobody has so far. */
  readonly answer: { readonly action: Answer; readonly at: Instant } | 'open' | null;
}

export interface RecordedTask {
  readonly id: string;
  readonly journeyId: string;
  readonly kind: string;
  readonly at: Instant;
  /** Null: nobody closed it. */
  readonly closed: { readonly outcome: string; readonly at: Instant } | null;
}

export interface RecordedMessage {
  readonly id: string;
  readonly journeyId: string;
  readonly endpoint: string;
  readonly attempts: number;
  /** Null: neither yet. */
  readonly isDelivered: boolean | null;
}

export interface RecordedConsent extends NonNullable<GateFacts['consent']> {
  readonly purpose: string;
}

/** What is on record about one contact. Lists are in order of time. */
export interface RecordedHistory {
  /** As before everything: a new lead with no interest, no consent, no purchase. */
  readonly newcomer: Newcomer;
  readonly events: readonly FactEvent[];
  readonly consents: readonly RecordedConsent[];
  readonly suppression: NonNullable<GateFacts['suppression']> | null;
  /** Of today; null: it is no client. */
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly journeys: readonly RecordedJourney[];
  readonly mails: readonly RecordedMail[];
  /** When mails were deferred, by journey. */
  readonly deferrals: readonly { readonly journeyId: string; readonly at: Instant }[];
  readonly handoffs: readonly RecordedHandoff[];
  readonly tasks: readonly RecordedTask[];
  readonly messages: readonly RecordedMessage[];
  /** Whether a pause touched it since then. */
  readonly wasPaused: boolean;
}

/** The journeys that a backtest plays anew: those that entered the sequence since then, and those that these have joined. */
export function replayedIn(
  { journeys }: Pick<RecordedHistory, 'journeys'>,
  { sequence, since }: { readonly sequence: string; readonly since: Instant },
): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const journey of journeys) if (journey.sequence === sequence && journey.enteredAt >= since) ids.add(journey.id);
  for (let before = -1; before < ids.size; ) {
    before = ids.size;
    for (const { id, parentId } of journeys) if (parentId !== null && ids.has(parentId)) ids.add(id);
  }
  return ids;
}

/** Things on record of one kind: each is taken once, the very same first, else the first of its like that is left. */
export class Taken<T extends { readonly id: string }> {
  private readonly left: T[];

  constructor(
    records: readonly T[],
    private readonly likeOf: (record: T) => string,
  ) {
    this.left = [...records];
  }

  take(id: string, like: string): T | undefined {
    const same = this.left.findIndex((record) => record.id === id && this.likeOf(record) === like);
    const index = same >= 0 ? same : this.left.findIndex((record) => this.likeOf(record) === like);
    return index < 0 ? undefined : this.left.splice(index, 1)[0];
  }
}

/** What the engine records by itself about a journey comes from the draft, not from the record. */
export const isOwn = ({ type, journeyId }: FactEvent, ids: ReadonlySet<string>): boolean =>
  journeyId !== null && ids.has(journeyId) && OWN.includes(type);
const OWN: readonly string[] = [
  EVENTS.mailAccepted,
  EVENTS.handoffOffered,
  EVENTS.handoffAnswered,
  EVENTS.taskClosed,
  EVENTS.journeyEnded,
];
