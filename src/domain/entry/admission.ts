import type { Exclusive } from './schema';

/** A journey of the group that is under way for the contact. */
export interface Member {
  readonly journeyId: string;
  readonly sequence: string;
  readonly priority: number;
}

/** What becomes of an entry that the sequence's own rules allow. */
export type Admission =
  | { readonly type: 'enter' }
  | { readonly type: 'drop'; readonly reason: string }
  | { readonly type: 'wait'; readonly reason: string }
  /** It enters once these have ended. */
  | { readonly type: 'takeOver'; readonly ends: readonly Member[]; readonly reason: string };

/**
 * Whether an entry may begin beside the journeys of its group that are under way. Of a group one is under way at a time: who is
 * admitted meets none, or ends those that it meets. The store holds the contact's lock meanwhile. `awaitedBy`: the journey that
 * waits for the end of this one, and which it must not wait for in turn.
 */
export function admission(rule: Exclusive | undefined, running: readonly Member[], awaitedBy?: string): Admission {
  const [first] = running;
  if (!rule || !first) return { type: 'enter' };
  const { group, priority, whenBusy } = rule;
  const busy = `${first.sequence}, which is under way in the group ${group}`;
  if (whenBusy === 'drop') return { type: 'drop', reason: `gives way to ${busy}` };
  const isTaken = whenBusy === 'takeOver' && running.every((member) => member.priority <= priority);
  if (!isTaken && running.some(({ journeyId }) => journeyId === awaitedBy))
    return { type: 'drop', reason: `would wait for ${busy}, and waits for it` };
  if (!isTaken) return { type: 'wait', reason: `waits for ${busy}` };
  const against = running.map((member) => `${member.sequence} (priority ${member.priority})`).join(', ');
  return { type: 'takeOver', ends: running, reason: `takes over from ${against} with priority ${priority}` };
}
