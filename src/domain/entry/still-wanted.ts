import { type Condition, evaluate } from '../conditions';
import { EVENTS } from '../event';
import type { FactEvent, Facts } from '../facts';
import type { Instant } from '../ids';
import type { Enter } from './schema';

/** The way in: an event, a hand, the sweep by a condition or by a date. */
export type Via = 'on' | 'hand' | 'when' | 'date';

export const WAITED_TOO_LONG = 'has waited for its group as long as the sequence lets it';

/** An entry that has waited, as it is asked again. */
export interface WaitedEntry {
  readonly via: Via | undefined;
  /** The event that entered it. */
  readonly event: FactEvent | undefined;
  /** Then it waits no longer; null: it may wait for ever. */
  readonly until: Instant | null;
}

/** What is asked again of an entry by its way in; undefined: nothing. */
export function conditionOf({ where, when, date }: Enter, via: Via | undefined): Condition | undefined {
  if (via === 'on') return where;
  if (via === 'when') return when;
  return via === 'date' ? date?.where : undefined;
}

/** Whether its time is over, whatever else holds. */
export const hasWaitedTooLong = ({ until }: Pick<WaitedEntry, 'until'>, now: Instant): boolean =>
  until !== null && until <= now;

/** Why an entry that has waited is not let in, by what let it wait; undefined: it is as wanted as before. */
export function noLongerWanted(
  enter: Enter,
  { via, event, until }: WaitedEntry,
  { facts, now }: { readonly facts: Facts; readonly now: Instant },
): string | undefined {
  if (hasWaitedTooLong({ until }, now)) return WAITED_TOO_LONG;
  if (event && !isStillSo(event.type, facts)) return `is no longer so: ${event.type}`;
  const condition = conditionOf(enter, via);
  const isWanted = condition === undefined || evaluate(condition, event ? { ...facts, event } : facts, now);
  return isWanted ? undefined : 'what the sequence asks of who enters no longer holds';
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
