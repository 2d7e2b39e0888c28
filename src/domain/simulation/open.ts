import { admission, type Member } from '../entry/admission';
import type { Via } from '../entry/still-wanted';
import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import { initialState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import { entryKeyOf, reentry } from '../sequence/reentry';
import type { Person } from './person';
import { Run } from './run';
import type { Simulation } from './simulation';
import { pastAndWaiting, type Waiting } from './waiting';

/** An entry into a sequence. */
export interface Opening {
  readonly definition: Definition;
  readonly entry?: FactEvent;
  readonly journeyId?: string;
  readonly parent?: Run['parent'];
  /** The journey whose step sends them. */
  readonly by?: Run;
  readonly via?: Via;
  /** The day of the sweep that enters them: what a day may enter is counted by it. */
  readonly sweptOn?: string;
  /** The lead that goes through it; default: the newest. */
  readonly leadId?: string | null;
}

export type Opened = 'entered' | 'waits' | 'refused';

/** Lets a person in, now or once their group, or the day, has room; as src/store/enrol.ts does. */
export function open(simulation: Simulation, person: Person, opening: Opening): Opened {
  const { now, sweep } = simulation;
  const { sequence, reenter, exclusive, audience } = opening.definition;
  const leadId = audience === 'lead' ? (opening.leadId === undefined ? person.newestLeadId : opening.leadId) : null;
  const key = entryKeyOf(reenter, opening.entry?.properties ?? {});
  const refusal =
    unfit(person, { audience, leadId }) ?? reentry(reenter, pastAndWaiting(person, sequence), { leadId, key, now });
  if (refusal !== undefined) return refuse(simulation, person, { sequence, reason: refusal });
  const waiting = { opening, leadId, key: key ?? null };
  if (sweep?.isDayFull(opening))
    return wait(simulation, person, { ...waiting, reason: 'the day has entered its most' });
  const admitted = admission(exclusive, membersOf(person, exclusive?.group), opening.parent?.run.id);
  switch (admitted.type) {
    case 'drop':
      return refuse(simulation, person, { sequence, reason: admitted.reason });
    case 'wait':
      return wait(simulation, person, { ...waiting, reason: admitted.reason, exclusive });
    case 'takeOver':
      for (const { journeyId } of admitted.ends) simulation.takeOver(person, journeyId);
      break;
    case 'enter':
      break;
    default:
      throw new TypeError(`unknown admission ${JSON.stringify(admitted satisfies never)}`);
  }
  begin(simulation, person, waiting);
  return 'entered';
}

function refuse(
  { setting, now }: Simulation,
  person: Person,
  { sequence, reason }: { readonly sequence: string; readonly reason: string },
): Opened {
  setting.observer.refused?.(person, { sequence, reason, now });
  return 'refused';
}

interface Held extends Pick<Waiting, 'opening' | 'leadId' | 'key'> {
  readonly reason: string;
  /** The group that is busy; absent: the day is full. */
  readonly exclusive?: Definition['exclusive'];
}

function wait({ setting, now, sweep }: Simulation, person: Person, { reason, exclusive, ...held }: Held): Opened {
  const { group = null, priority = 0, atMost } = exclusive ?? {};
  const waiting: Waiting = { ...held, group, priority, since: now, until: atMost === undefined ? null : now + atMost };
  person.waiting.push(waiting);
  if (group === null) sweep?.waitForDay(person, waiting);
  const { sequence } = held.opening.definition;
  setting.observer.waits?.(person, { sequence, reason, now });
  return 'waits';
}

/** The journeys of the group that are under way. */
export function membersOf({ running, elsewhere }: Person, group: string | undefined): readonly Member[] {
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
  { opening, leadId, key }: Pick<Waiting, 'opening' | 'leadId' | 'key'>,
): void {
  const { now, setting, sweep } = simulation;
  const { definition, entry, parent = null, by } = opening;
  const id = opening.journeyId ?? simulation.nextJourneyId(person, definition.sequence);
  const state = initialState(person.log.lastSeq, entry?.seq);
  const run = new Run(person, definition, { id, state, enteredAt: now, entry, leadId });
  run.parent = parent;
  if (by) run.depth = 1 + depthBelow(by, now);
  person.running.push(run);
  person.past.push({ id, sequence: definition.sequence, running: true, enteredAt: now, leadId, entryKey: key });
  person.focus(leadId);
  const { lead } = person.facts;
  if (leadId !== null && lead && (lead.stage === 'new' || lead.stage === 'recycled')) lead.stage = 'nurturing';
  sweep?.count(opening);
  setting.observer.entered?.(run, now);
  simulation.begin(run);
}

/** As src/store/joins.ts: sequences that join each other in a circle come to an end. */
const DAY = 86_400_000;

/** How many journeys in a row have entered each other, up to one that enters another at `now`. */
export const depthBelow = ({ depth, isOver, enteredAt }: Run, now: number): number =>
  !isOver || enteredAt > now - DAY ? depth : 0;

function unfit(
  { facts }: Person,
  { audience, leadId }: { readonly audience: Definition['audience']; readonly leadId: string | null },
): string | undefined {
  if (audience === 'lead')
    return leadId === null ? 'the contact has no lead, and the sequence is for leads' : undefined;
  return facts.client ? undefined : 'the contact is no client, and the sequence is for clients';
}

/** Whether a sweep would let the person in at `now`, but for its condition; as src/store/may-enter.ts. */
export function mayBeSwept(
  person: Person,
  { sequence, audience, reenter, exclusive }: Definition,
  now: Instant,
): boolean {
  const leadId = audience === 'lead' ? person.newestLeadId : null;
  if (unfit(person, { audience, leadId }) !== undefined) return false;
  if (reentry(reenter, pastAndWaiting(person, sequence), { leadId, key: undefined, now }) !== undefined) return false;
  return exclusive?.whenBusy !== 'drop' || membersOf(person, exclusive.group).length === 0;
}
