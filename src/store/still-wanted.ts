import { eventNeeds } from '../domain/conditions';
import {
  conditionOf,
  hasWaitedTooLong,
  noLongerWanted as unwanted,
  WAITED_TOO_LONG,
} from '../domain/entry/still-wanted';
import type { Instant } from '../domain/ids';
import type { Tx } from './db';
import { readFacts } from './facts';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';
import type { Waiting } from './waiting';

export interface Asking {
  readonly waiting: Waiting;
  readonly version: SequenceVersion;
  readonly now: Instant;
}

/** Why an entry that has waited is not let in, by what let it wait; undefined: it is as wanted as before. */
export async function noLongerWanted(tx: Tx, { rules }: TurnDeps, asking: Asking): Promise<string | undefined> {
  const { waiting, version, now } = asking;
  const { contactId, leadId, until, entry } = waiting;
  const { enter } = version.definition;
  if (hasWaitedTooLong({ until }, now)) return WAITED_TOO_LONG;
  const condition = conditionOf(enter, entry.via);
  const isEvent = entry.via === 'on' && entry.entrySeq !== undefined;
  if (condition === undefined && !isEvent) return undefined;
  const facts = await readFacts(tx, {
    contactId,
    leadId,
    now,
    halfLife: rules.scoring.halfLife,
    newest: condition ? eventNeeds(condition) : undefined,
    seqs: entry.entrySeq === undefined ? [] : [entry.entrySeq],
  });
  const event = facts.events.find(({ seq }) => seq === entry.entrySeq);
  return unwanted(enter, { via: entry.via, event, until }, { facts, now });
}
