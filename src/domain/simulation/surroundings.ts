import { evaluate } from '../conditions';
import { eventsOfEntry } from '../entry/schema';
import { EVENTS } from '../event';
import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import type { Definition } from '../sequence/definition';
import type { BacktestSetting } from './backtest';
import type { Person } from './person';
import { isOwn, type RecordedHistory, type RecordedJourney } from './record';
import { isRefusal, type Replay } from './replay';
import type { Simulation } from './simulation';

export interface Surrounding {
  readonly simulation: Simulation;
  readonly person: Person;
  readonly setting: BacktestSetting;
  readonly history: RecordedHistory;
  readonly ids: ReadonlySet<string>;
}

/** What was so, whatever the draft does: consents, suppression, other journeys and their mails, at their times. */
export function surround({ simulation, person, setting, history, ids }: Surrounding): void {
  const { consents, suppression, client, mails, journeys } = history;
  for (const { purpose, ...consent } of consents)
    simulation.at(consent.at, () => person.mails.consent(purpose, consent));
  if (suppression) simulation.at(suppression.at, () => person.mails.suppress(suppression));
  if (client?.status === 'ended') simulation.at(client.statusAt, () => person.becomes('ended', client.statusAt));
  for (const { journeyId, purpose, at, status } of mails)
    if ((journeyId === null || !ids.has(journeyId)) && (status === 'accepted' || status === 'unknown'))
      simulation.at(at, () => {
        person.mails.countMail(purpose, at);
        if (status === 'accepted') person.mails.countUnheard(purpose, at);
      });
  for (const journey of journeys) if (!ids.has(journey.id)) passBy(simulation, person, journey);
  const { winners } = setting;
  for (const { stepId, winner, decidedAt } of winners)
    simulation.at(decidedAt, () => {
      person.facts.winners = { ...person.facts.winners, [stepId]: winner };
    });
}

/** A journey that went as it did: it bars from entering again, and its group from others. */
function passBy(simulation: Simulation, person: Person, journey: RecordedJourney): void {
  const { id, sequence, leadId, entryKey, enteredAt, endedAt, group, priority, takesOver } = journey;
  const past = { id, sequence, running: true, enteredAt, leadId, entryKey };
  simulation.at(enteredAt, () => {
    const rivals = takesOver ? person.running.filter(({ definition }) => definition.exclusive?.group === group) : [];
    for (const run of rivals) simulation.takeOver(person, run.id);
    person.past.push(past);
    if (group !== null) person.elsewhere.push({ journeyId: id, sequence, priority, group });
    const { lead } = person.facts;
    if (leadId !== null && leadId === lead?.id && (lead.stage === 'new' || lead.stage === 'recycled'))
      lead.stage = 'nurturing';
  });
  if (endedAt !== null)
    simulation.at(endedAt, () => {
      past.running = false;
      person.leave(id);
      simulation.tryWaiting(person, group ?? undefined);
    });
}

const STATUSES = new Map([
  [EVENTS.clientInactive as string, 'inactive' as const],
  [EVENTS.clientPreInactive as string, 'pre_inactive' as const],
]);

/** What happened, in its order, and who entered without an event. What came before `since` is only remembered. */
export function bringEvents(
  { simulation, person, setting, history, ids }: Surrounding,
  { replay, reactions }: { readonly replay: Replay; readonly reactions: ReadonlyMap<string, readonly FactEvent[]> },
): void {
  const { draft, since } = setting;
  const entries = eventsOfEntry(draft.enter);
  const reactionSeqs = new Set([...reactions.values()].flat().map(({ seq }) => seq));
  for (const recorded of history.events) {
    const { seq, journeyId, ...rest } = recorded;
    // what the draft's journeys are to see is nobody's: theirs may have another id
    const event = { ...rest, journeyId: journeyId !== null && ids.has(journeyId) ? null : journeyId };
    const isReaction = reactionSeqs.has(seq);
    if (isOwn(recorded, ids) || (isReaction && !isRefusal(event))) continue;
    simulation.at(event.at, () => {
      if (isReaction && !replay.keepsRefusal(recorded)) return;
      const status = STATUSES.get(event.type);
      if (status) person.becomes(status, event.at);
      const isKept = event.at < since || !entries.includes(event.type); // others are only remembered
      simulation.happen(person, event, { isKept });
    });
  }
  for (const { id, sequence, enteredAt, isByEvent, isBySweep, parentId } of history.journeys) {
    const isJoined = parentId !== null && ids.has(parentId);
    if (!ids.has(id) || isByEvent || isJoined) continue;
    simulation.at(enteredAt, () => {
      if (!isBySweep || isInSegment(draft, person, enteredAt)) simulation.enterByHand(person, sequence);
    });
  }
}

/** Whether the sweep would enter them by the draft's condition, if it has one. */
function isInSegment({ enter: { when } }: Definition, person: Person, now: Instant): boolean {
  person.now = now;
  return when === undefined || evaluate(when, person.facts, now);
}
