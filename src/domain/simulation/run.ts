import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import type { JourneyIdentity } from '../journey/advance';
import type { Move } from '../journey/move';
import type { JourneyState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import type { Person } from './person';

/** One journey of a simulation: what its row in the database would say. */
export class Run {
  readonly identity: JourneyIdentity;
  state: JourneyState;
  turn = 0;
  move: Move | null = null;
  waitsFor: readonly string[] = [];
  isOver = false;
  /** Its first turn is decided, and what that asks for comes next. */
  isFresh = true;
  /** When its last turn was taken. */
  turnedAt: Instant = 0;
  /** It performs a mail just now, and asks its rules right after. */
  isBusy = false;
  mails = 0;
  /** The messages to other systems that are under way: tries, and since when. */
  readonly messages = new Map<string, { readonly attempts: number; readonly plannedAt: Instant }>();
  /** How many journeys in a row have entered each other, this one included. */
  depth = 1;
  private readonly visits = new Map<string, number>();
  /** The journey that waits for the end of this one, and the visit of its step. */
  parent: { readonly run: Run; readonly joinId: string } | null = null;

  constructor(
    readonly person: Person,
    readonly definition: Definition,
    parts: {
      readonly id: string;
      readonly state: JourneyState;
      readonly enteredAt: Instant;
      readonly entry: FactEvent | undefined;
      readonly leadId: string | null;
    },
  ) {
    this.identity = { id: parts.id, contactId: person.facts.contact.id };
    this.state = parts.state;
    this.enteredAt = parts.enteredAt;
    this.entry = parts.entry;
    this.leadId = parts.leadId;
  }

  readonly enteredAt: Instant;
  readonly entry: FactEvent | undefined;
  /** The lead that goes through it; null: a client does. */
  readonly leadId: string | null;

  get id(): string {
    return this.identity.id;
  }

  /** Where it stands; undefined before its first step and after its last. */
  get stepId(): string | undefined {
    const { place } = this.state;
    return 'stepId' in place ? place.stepId : undefined;
  }

  /** Counts a handoff or task that is given at a step: 1 for the first. */
  countVisit(stepId: string): number {
    const count = (this.visits.get(stepId) ?? 0) + 1;
    this.visits.set(stepId, count);
    return count;
  }
}
