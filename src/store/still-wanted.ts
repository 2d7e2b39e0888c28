import { type Condition, evaluate, eventNeeds } from '../domain/conditions';
import { EVENTS } from '../domain/event';
import type { Facts } from '../domain/facts';
import type { Instant } from '../domain/ids';
import type { Tx } from './db';
import { readFacts } from './facts';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';
import type { Waiting } from './waiting';

export const WAITED_TOO_LONG = 'has waited for its group as long as the sequence lets it';

export interface Asking {
  readonly waiting: Waiting;
  readonly version: SequenceVersion;
  readonly now: Instant;
}

/** Why an entry that has waited is not let in, by what let it wait; undefined: it is as wanted as before. */
export async function noLongerWanted(tx: Tx, { rules }: TurnDeps, asking: Asking): Promise<string | undefined> {
  const { waiting, version, now } = asking;
  const { contactId, leadId, until, entry } = waiting;
  if (until !== null && until <= now) return WAITED_TOO_LONG;
  const condition = conditionOf(version, entry.via);
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
  if (event && !isStillSo(event.type, facts)) return `is no longer so: ${event.type}`;
  const isWanted = condition === undefined || evaluate(condition, event ? { ...facts, event } : facts, now);
  return isWanted ? undefined : 'what the sequence asks of who enters no longer holds';
}

function conditionOf({ definition: { enter } }: SequenceVersion, via: Waiting['entry']['via']): Condition | undefined {
  if (via === 'on') return enter.where;
  if (via === 'when') return enter.when;
  return via === 'date' ? enter.date?.where : undefined;
}

/** Whoever became quiet and bought since is not quiet. */
const STATUS_TOLD: { readonly [type: string]: string } = {
  [EVENTS.clientPreInactive]: 'pre_inactive',
  [EVENTS.clientInactive]: 'inactive',
};

function isStillSo(type: string, { client }: Facts): boolean {
  const status = Object.hasOwn(STATUS_TOLD, type) ? STATUS_TOLD[type] : undefined;
  return status === undefined || client?.status === status;
}
