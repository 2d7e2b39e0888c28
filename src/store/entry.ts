import { evaluate, eventNeeds } from '../domain/conditions';
import type { IncomingEvent } from '../domain/event';
import { entryKeyOf } from '../domain/sequence/reentry';
import type { Tx } from './db';
import { enrol } from './enrol';
import { readFacts } from './facts';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';

export interface RecordedEvent {
  readonly event: IncomingEvent;
  readonly interactionId: string;
  readonly seq: number;
  /** The day of the sweep that recorded it: entries by it are paced. */
  readonly sweptOn?: string;
}

/** Enters the contact into every sequence of `versions`, those that this event opens, whose `where` holds. */
export async function enterBy(
  tx: Tx,
  deps: TurnDeps,
  { event, interactionId, seq, sweptOn, versions }: RecordedEvent & { readonly versions: readonly SequenceVersion[] },
): Promise<void> {
  for (const version of versions) {
    const entry = await admitted(tx, deps, { event, seq, version });
    if (!entry.admitted) continue;
    const { contactId, at: now, type } = event;
    const leadId = event.leadId ?? entry.leadId;
    await enrol(tx, deps, {
      contactId,
      leadId,
      version,
      now,
      origin: `event ${type}`,
      cause: interactionId,
      entrySeq: seq,
      via: 'on',
      key: entryKeyOf(version.definition.reenter, event.properties ?? {}),
      sweptOn,
    });
  }
}

async function admitted(
  tx: Tx,
  { rules }: TurnDeps,
  { event, seq, version }: { readonly event: IncomingEvent; readonly seq: number; readonly version: SequenceVersion },
): Promise<{ readonly admitted: boolean; readonly leadId: string | null }> {
  const { where } = version.definition.enter;
  const { contactId, leadId = null, at: now } = event;
  const newest = where ? eventNeeds(where) : undefined;
  const facts = await readFacts(tx, { contactId, leadId, now, halfLife: rules.scoring.halfLife, newest });
  const entering = { seq, type: event.type, at: now, journeyId: null, properties: event.properties ?? {} };
  const holds = where === undefined || evaluate(where, { ...facts, event: entering }, now);
  return { admitted: holds, leadId: facts.lead?.id ?? null };
}
