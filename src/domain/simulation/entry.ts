import { evaluate } from '../conditions';
import { eventsOfEntry } from '../entry/schema';
import type { FactEvent } from '../facts';
import type { Definition } from '../sequence/definition';
import type { Change } from '../steps/handler';
import { depthBelow, open } from './open';
import type { Person } from './person';
import type { Run } from './run';
import type { Entry, Simulation } from './simulation';

/** Something that happened and may enter its contact. */
export interface EnteringEvent {
  readonly event: FactEvent;
  /** The lead that it names. */
  readonly leadId?: string;
  /** The day of the sweep that told it. */
  readonly sweptOn?: string;
}

/** Why somebody may enter: they come, something happened, or another journey sends them. */
type Cause = Entry | EnteringEvent | { readonly join: Extract<Change, { type: 'join' }>; readonly parent: Run };

/** Lets a person into a sequence, if it lets them: as src/store/enrol.ts and src/store/entry.ts do. */
export function enter(simulation: Simulation, person: Person, cause: Cause): void {
  if ('join' in cause) joined(simulation, person, cause);
  else if ('sequence' in cause) came(simulation, person, cause);
  else broughtBy(simulation, person, cause);
}

function broughtBy(simulation: Simulation, person: Person, { event: entry, leadId, sweptOn }: EnteringEvent): void {
  for (const definition of simulation.enteredBy.get(entry.type) ?? [])
    if (admits(definition, person, { event: entry, leadId }))
      open(simulation, person, { definition, entry, via: 'on', leadId, sweptOn });
}

function came(simulation: Simulation, person: Person, { sequence, event, journeyId }: Entry): void {
  const definition = simulation.setting.sequences.get(sequence);
  if (!definition) throw new TypeError(`there is no sequence ${sequence}`);
  const { now } = simulation;
  const entry =
    event &&
    simulation.happen(
      person,
      { type: event.type, at: now, journeyId: null, properties: event.properties },
      { isKept: true },
    );
  if (entry && !admits(definition, person, { event: entry })) {
    const reason = 'the condition of its entry does not hold';
    simulation.setting.observer.refused?.(person, { sequence, reason, now });
    return;
  }
  open(simulation, person, entry ? { definition, entry, journeyId, via: 'on' } : { definition, journeyId });
}

/** As src/store/joins.ts: sequences that join each other in a circle come to an end. */
const MOST_DEEP = 10;

function joined(
  simulation: Simulation,
  person: Person,
  { join: { key, sequence, isAwaited }, parent }: Extract<Cause, { join: unknown }>,
): void {
  const definition = simulation.setting.sequences.get(sequence);
  const awaiting = isAwaited ? { run: parent, joinId: key } : null;
  const isTooDeep = depthBelow(parent, simulation.now) >= MOST_DEEP;
  const { leadId } = parent;
  const opened =
    definition && !isTooDeep
      ? open(simulation, person, { definition, parent: awaiting, by: parent, leadId })
      : ('refused' as const);
  if (!definition) {
    const reason = 'the simulation does not know the sequence';
    simulation.setting.observer.refused?.(person, { sequence, reason, now: simulation.now });
  }
  if (awaiting && opened === 'refused') simulation.tellParent(awaiting, { sequence, outcome: 'refused' });
}

/** The sequences by the types of the events that enter them. */
export function enteredByType(definitions: Iterable<Definition>): ReadonlyMap<string, readonly Definition[]> {
  const byType = new Map<string, Definition[]>();
  for (const definition of definitions)
    for (const type of new Set(eventsOfEntry(definition.enter)))
      byType.set(type, [...(byType.get(type) ?? []), definition]);
  return byType;
}

/** Of the lead that the event names, else of the newest. */
function admits({ enter: { where } }: Definition, person: Person, { event, leadId }: EnteringEvent): boolean {
  if (where === undefined) return true;
  person.focus(leadId ?? null);
  const { facts, now } = person;
  return evaluate(where, { ...facts, event }, now);
}
