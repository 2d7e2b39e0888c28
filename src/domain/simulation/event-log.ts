import { eventNeeds } from '../conditions';
import type { FactEvent } from '../facts';
import { routingNeeds } from '../handoff/choose-team';
import { needsOf } from '../journey/needs';
import type { Rules } from '../rules';
import { fitNeeds } from '../scoring/fit';
import type { Definition } from '../sequence/definition';

/** Which events anybody may ever ask for: how many of the newest, and all of them for as long as a journey may still see them. */
export interface Wanted {
  readonly newest: ReadonlyMap<string, number>;
  readonly sinceHorizon: ReadonlySet<string>;
}

/** What the sequences and the rules look at, all together. */
export function wantedBy(rules: Rules, definitions: Iterable<Definition>): Wanted {
  const newest = new Map<string, number>();
  const sinceHorizon = new Set<string>();
  const want = (needs: ReadonlyMap<string, number>) => {
    for (const [type, count] of needs) newest.set(type, Math.max(count, newest.get(type) ?? 0));
  };
  want(routingNeeds(rules.routing));
  want(fitNeeds(rules.scoring));
  for (const definition of definitions) {
    const needs = needsOf(definition);
    want(needs.newest);
    for (const type of needs.sinceHorizon) sinceHorizon.add(type);
    const { where, when, date } = definition.enter;
    for (const condition of [where, when, date?.where]) if (condition) want(eventNeeds(condition));
  }
  return { newest, sinceHorizon };
}

/** Up to so many events are kept without a look at what may go. */
const ROOM = 4;

/** The events of one contact that a decision may still look at, oldest first. What nobody can ask for any more is forgotten. */
export class EventLog {
  /** `seq` of the newest event of any type. */
  lastSeq = 0;
  readonly events: FactEvent[] = [];
  private room = ROOM;

  constructor(private readonly wanted: Wanted) {}

  /** `isKept`: also if nobody asks for its type, since a journey begins with it. */
  add({ type, at, journeyId, properties }: Omit<FactEvent, 'seq'>, isKept = false): FactEvent {
    this.lastSeq += 1;
    const event = { seq: this.lastSeq, type, at, journeyId, properties };
    const { newest, sinceHorizon } = this.wanted;
    if (isKept || sinceHorizon.has(type) || newest.has(type)) this.events.push(event);
    return event;
  }

  /** Takes over what is on record, with its numbers. */
  restore({ events, lastSeq }: { readonly events: readonly FactEvent[]; readonly lastSeq: number }): void {
    this.events.push(...events);
    this.lastSeq = lastSeq;
  }

  get isFull(): boolean {
    return this.events.length > this.room;
  }

  /** Forgets what is neither newer than `horizon`, nor remembered, nor among the newest that conditions count. */
  forget({ horizon, remembered }: { readonly horizon: number; readonly remembered: readonly number[] }): void {
    const { events } = this;
    const left = new Map(this.wanted.newest);
    const kept = events
      .toSorted((a, b) => b.at - a.at || b.seq - a.seq)
      .filter(({ seq, type }) => {
        const count = left.get(type) ?? 0;
        if (count > 0) left.set(type, count - 1);
        return count > 0 || remembered.includes(seq) || (seq > horizon && this.wanted.sinceHorizon.has(type));
      })
      .sort((a, b) => a.seq - b.seq);
    events.splice(0, events.length, ...kept);
    this.room = Math.max(ROOM, 2 * kept.length);
  }
}
