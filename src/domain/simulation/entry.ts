import { evaluate } from '../conditions';
import type { FactEvent } from '../facts';
import { initialState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import { reentry } from '../sequence/reentry';
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
  for (const definition of simulation.setting.sequences.values())
    if (definition.enter.on === entry.type && admits(definition, person, entry))
      open(simulation, person, { definition, entry });
}

interface Opening {
  readonly definition: Definition;
  readonly entry?: FactEvent;
  readonly journeyId?: string;
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
  const run = definition && open(simulation, person, { definition });
  if (!definition) {
    const reason = 'the simulation does not know the sequence';
    simulation.setting.observer.refused?.(person, { sequence, reason, now: simulation.now });
  }
  if (!isAwaited) return;
  if (run) run.parent = { run: parent, joinId: key };
  else simulation.tellParent({ run: parent, joinId: key }, 'refused');
}

function admits({ enter: { where } }: Definition, { facts, now }: Person, event: FactEvent): boolean {
  return where === undefined || evaluate(where, { ...facts, event }, now);
}

/** The journey that begins; undefined when the person is refused. Its first turn comes next, after whatever goes on now. */
function open(simulation: Simulation, person: Person, { definition, entry, journeyId }: Opening): Run | undefined {
  const { now, setting } = simulation;
  const { sequence, audience } = definition;
  const reason = unfit(person, audience) ?? reentry(definition.reenter, pastOf(person, sequence), now);
  if (reason !== undefined) {
    setting.observer.refused?.(person, { sequence, reason, now });
    return undefined;
  }
  const id = journeyId ?? simulation.nextJourneyId();
  const state = initialState(person.log.lastSeq, entry?.seq);
  const run = new Run(person, definition, { id, state, enteredAt: now, entry });
  person.running.push(run);
  person.past.push({ id, sequence, running: true, enteredAt: now });
  const { lead } = person.facts;
  if (audience === 'lead' && lead && (lead.stage === 'new' || lead.stage === 'recycled')) lead.stage = 'nurturing';
  setting.observer.entered?.(run, now);
  simulation.at(now, () => run.turn === 0 && simulation.take(run));
  return run;
}

function unfit({ facts }: Person, audience: Definition['audience']): string | undefined {
  if (audience === 'lead') return facts.lead ? undefined : 'the contact has no lead, and the sequence is for leads';
  return facts.client ? undefined : 'the contact is no client, and the sequence is for clients';
}

const pastOf = ({ past }: Person, sequence: string) => past.filter((journey) => journey.sequence === sequence);
