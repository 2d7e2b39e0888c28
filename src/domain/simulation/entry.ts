import { evaluate } from '../conditions';
import { admission, type Member } from '../entry/admission';
import { eventsOfEntry } from '../entry/schema';
import type { FactEvent } from '../facts';
import { initialState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import { entryKeyOf, reentry } from '../sequence/reentry';
import type { Change } from '../steps/handler';
import type { Person } from './person';
import { Run } from './run';
import type { Entry, Simulation } from './simulation';

/** Why somebody may enter: they come, something happened, or another journey sends them. */
type Cause =
  | Entry
  | { readonly event: FactEvent }
  | { readonly join: Extract<Change, { type: 'join' }>; readonly parent: Run };

/** Lets a person into a sequence, if it lets them: as src/store/enrol.ts and src/store/entry.ts do. */
export function enter(simulation: Simulation, person: Person, cause: Cause): void {
  if ('join' in cause) joined(simulation, person, cause);
  else if ('sequence' in cause) came(simulation, person, cause);
  else broughtBy(simulation, person, cause.event);
}

function broughtBy(simulation: Simulation, person: Person, entry: FactEvent): void {
  for (const definition of simulation.enteredBy.get(entry.type) ?? [])
    if (admits(definition, person, entry)) open(simulation, person, { definition, entry });
}

interface Opening {
  readonly definition: Definition;
  readonly entry?: FactEvent;
  readonly journeyId?: string;
  readonly parent?: Run['parent'];
  /** The journey whose step sends them. */
  readonly by?: Run;
}

function came(simulation: Simulation, person: Person, { sequence, event, journeyId }: Entry): void {
  const definition = simulation.setting.sequences.get(sequence);
  if (!definition) throw new TypeError(`there is no sequence ${sequence}`);
  const { now } = simulation;
  const entry = event && simulation.happen(person, { ...event, at: now, journeyId: null }, true);
  if (entry && !admits(definition, person, entry)) {
    const reason = 'the condition of its entry does not hold';
    simulation.setting.observer.refused?.(person, { sequence, reason, now });
    return;
  }
  open(simulation, person, { definition, entry, journeyId });
}

function joined(
  simulation: Simulation,
  person: Person,
  { join: { key, sequence, isAwaited }, parent }: Extract<Cause, { join: unknown }>,
): void {
  const definition = simulation.setting.sequences.get(sequence);
  const awaiting = isAwaited ? { run: parent, joinId: key } : null;
  const isTooDeep = depthBelow(parent, simulation.now) >= MOST_DEEP;
  const entered = definition && !isTooDeep && open(simulation, person, { definition, parent: awaiting, by: parent });
  if (!definition) {
    const reason = 'the simulation does not know the sequence';
    simulation.setting.observer.refused?.(person, { sequence, reason, now: simulation.now });
  }
  if (awaiting && entered !== true) simulation.tellParent(awaiting, { sequence, outcome: 'refused' });
}

/** As src/store/joins.ts: sequences that join each other in a circle come to an end. */
const MOST_DEEP = 10;
const DAY = 86_400_000;

const depthBelow = ({ depth, isOver, enteredAt }: Run, now: number): number =>
  !isOver || enteredAt > now - DAY ? depth : 0;

function admits({ enter: { where } }: Definition, { facts, now }: Person, event: FactEvent): boolean {
  return where === undefined || evaluate(where, { ...facts, event }, now);
}

/** The sequences by the types of the events that enter them. */
export function enteredByType(definitions: Iterable<Definition>): ReadonlyMap<string, readonly Definition[]> {
  const byType = new Map<string, Definition[]>();
  for (const definition of definitions)
    for (const type of new Set(eventsOfEntry(definition.enter)))
      byType.set(type, [...(byType.get(type) ?? []), definition]);
  return byType;
}

/** Whether the person enters, now or once their group has room. */
function open(simulation: Simulation, person: Person, opening: Opening): boolean {
  const { now, setting } = simulation;
  const { sequence, reenter, exclusive, audience } = opening.definition;
  const { lead } = person.facts;
  const leadId = audience === 'lead' ? (lead?.id ?? null) : null;
  const key = entryKeyOf(reenter, opening.entry?.properties ?? {});
  const past = person.past.filter((journey) => journey.sequence === sequence);
  const refusal = unfit(person, audience) ?? reentry(reenter, past, { leadId, key, now });
  const admitted =
    refusal === undefined
      ? admission(exclusive, membersOf(person, exclusive?.group), opening.parent?.run.id)
      : { type: 'drop' as const, reason: refusal };
  if (admitted.type === 'drop') {
    setting.observer.refused?.(person, { sequence, reason: admitted.reason, now });
    return false;
  }
  if (admitted.type === 'wait') {
    person.waiting.push(() => open(simulation, person, opening));
    return true;
  }
  if (admitted.type === 'takeOver') for (const { journeyId } of admitted.ends) simulation.takeOver(person, journeyId);
  begin(simulation, person, { ...opening, leadId, key: key ?? null });
  return true;
}

function membersOf({ running, elsewhere }: Person, group: string | undefined): readonly Member[] {
  const own = running.flatMap(({ id, definition: { sequence, exclusive } }) =>
    exclusive !== undefined && exclusive.group === group
      ? [{ journeyId: id, sequence, priority: exclusive.priority }]
      : [],
  );
  return [...own, ...elsewhere.filter((member) => member.group === group)];
}

/** The first turn is decided with the entry, as in life. */
function begin(
  simulation: Simulation,
  person: Person,
  {
    definition,
    entry,
    parent = null,
    leadId,
    key,
    ...o
  }: Opening & { readonly leadId: string | null; readonly key: string | null },
): void {
  const { now, setting } = simulation;
  const id = o.journeyId ?? simulation.nextJourneyId(person, definition.sequence);
  const state = initialState(person.log.lastSeq, entry?.seq);
  const run = new Run(person, definition, { id, state, enteredAt: now, entry });
  run.parent = parent;
  if (o.by) run.depth = 1 + depthBelow(o.by, now);
  person.running.push(run);
  person.past.push({ id, sequence: definition.sequence, running: true, enteredAt: now, leadId, entryKey: key });
  const { lead } = person.facts;
  if (leadId !== null && lead && (lead.stage === 'new' || lead.stage === 'recycled')) lead.stage = 'nurturing';
  setting.observer.entered?.(run, now);
  simulation.begin(run);
}

function unfit({ facts }: Person, audience: Definition['audience']): string | undefined {
  if (audience === 'lead') return facts.lead ? undefined : 'the contact has no lead, and the sequence is for leads';
  return facts.client ? undefined : 'the contact is no client, and the sequence is for clients';
}
