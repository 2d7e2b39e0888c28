import { noLongerWanted } from '../entry/still-wanted';
import { membersOf, type Opened, open } from './open';
import type { Person } from './person';
import type { Simulation } from './simulation';
import type { Waiting } from './waiting';

/** Lets the next of those in who wait for a group in which nothing is under way; as src/store/admit.ts. */
export function admitNext(simulation: Simulation, person: Person, group: string): void {
  while (membersOf(person, group).length === 0) {
    const next = nextOf(person, group);
    if (!next) return;
    admit(simulation, person, { waiting: next });
  }
}

function nextOf({ waiting }: Person, group: string): Waiting | undefined {
  return waiting
    .filter((one) => one.group === group)
    .reduce<Waiting | undefined>((best, one) => (best && best.priority >= one.priority ? best : one), undefined);
}

/** Asks an entry that has waited again, and lets it in, lets it wait on, or drops it. `sweptOn`: the day's sweep lets it in. */
export function admit(
  simulation: Simulation,
  person: Person,
  { waiting, sweptOn }: { readonly waiting: Waiting; readonly sweptOn?: string },
): Opened {
  person.waiting.splice(person.waiting.indexOf(waiting), 1);
  const reason = unwanted(simulation, person, waiting);
  const { opening, leadId } = waiting;
  if (reason !== undefined) {
    drop(simulation, person, { waiting, reason });
    return 'refused';
  }
  const opened = open(simulation, person, { ...opening, leadId, sweptOn });
  if (opened === 'refused') tellParent(simulation, waiting);
  return opened;
}

function unwanted({ now }: Simulation, person: Person, { opening, leadId, until }: Waiting): string | undefined {
  person.now = now;
  person.focus(leadId);
  const { definition, via, entry: event } = opening;
  return noLongerWanted(definition.enter, { via, event, until }, { facts: person.facts, now });
}

/** Ends a wait without an entry. */
export function drop(
  simulation: Simulation,
  person: Person,
  { waiting, reason }: { readonly waiting: Waiting; readonly reason: string },
): void {
  const { sequence } = waiting.opening.definition;
  simulation.setting.observer.refused?.(person, { sequence, reason, now: simulation.now });
  tellParent(simulation, waiting);
}

/** The journey whose step waits for the end of what has not begun, and never will. */
function tellParent(simulation: Simulation, { opening: { parent, definition } }: Waiting): void {
  if (parent) simulation.tellParent(parent, { sequence: definition.sequence, outcome: 'refused' });
}
