import { evaluate, eventNeeds } from '../domain/conditions';
import type { IncomingEvent } from '../domain/event';
import type { Tx } from './db';
import { enrol } from './enrol';
import { readFacts } from './facts';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';

export interface RecordedEvent {
  readonly event: IncomingEvent;
  readonly interactionId: string;
}

/** Enters the contact into every sequence of `versions`, those that this event opens, whose `where` holds. */
export async function enterBy(
  tx: Tx,
  deps: TurnDeps,
  { event, interactionId, versions }: RecordedEvent & { readonly versions: readonly SequenceVersion[] },
): Promise<void> {
  for (const version of versions) {
    const entry = await admitted(tx, deps, { event, version });
    if (!entry.admitted) continue;
    const { contactId, at: now, type } = event;
    const leadId = event.leadId ?? entry.leadId;
    await enrol(tx, deps, { contactId, leadId, version, now, origin: `event ${type}`, cause: interactionId });
  }
}

async function admitted(
  tx: Tx,
  { rules }: TurnDeps,
  { event, version }: { readonly event: IncomingEvent; readonly version: SequenceVersion },
): Promise<{ readonly admitted: boolean; readonly leadId: string | null }> {
  const { where } = version.definition.enter;
  const { contactId, leadId = null, at: now } = event;
  const newest = where ? eventNeeds(where) : undefined;
  const facts = await readFacts(tx, { contactId, leadId, now, halfLife: rules.scoring.halfLife, newest });
  return { admitted: where === undefined || evaluate(where, facts, now), leadId: facts.lead?.id ?? null };
}
