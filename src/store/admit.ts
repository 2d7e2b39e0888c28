import { EVENTS } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import type { Enrolled } from './enrol';
import { membersOf } from './group-members';
import { findNewest } from './sequences';
import { noLongerWanted } from './still-wanted';
import type { TurnDeps } from './turn';
import { enrolByTurn, ingestByTurn } from './turn-calls';
import { takeNext, type Waiting } from './waiting';

export interface Admitting {
  readonly contactId: string;
  readonly group: string;
  readonly now: Instant;
}

/**
 * Lets the next of those in who wait for a group in which nothing of the contact is under way: the highest priority, then the
 * oldest. Each is asked again by the rules of its sequence's newest version; who may not enter any more is dropped with its reason,
 * and the next is asked. In the transaction that ended the journey before, under the contact's lock.
 */
export async function admitNext(tx: Tx, deps: TurnDeps, admitting: Admitting): Promise<void> {
  while ((await membersOf(tx, admitting)).length === 0) {
    const next = await takeNext(tx, admitting);
    if (!next) return;
    await admit(tx, deps, { waiting: next, now: admitting.now });
  }
}

/**
 * Asks an entry that has waited again, and lets it in, lets it wait on, or drops it (null). It is no longer in the list of who
 * waits. `sweptOn`: the day's sweep lets it in.
 */
export async function admit(
  tx: Tx,
  deps: TurnDeps,
  o: { readonly waiting: Waiting; readonly now: Instant; readonly sweptOn?: string },
): Promise<Enrolled | null> {
  const { waiting, now, sweptOn } = o;
  const { contactId, leadId, entry } = waiting;
  const version = await findNewest(tx, waiting.sequence);
  const reason = await noLongerWanted(tx, deps, { waiting, version, now });
  if (reason !== undefined) {
    await drop(tx, deps, { ...o, reason });
    return null;
  }
  const origin = entry.origin.endsWith(HAS_WAITED) ? entry.origin : entry.origin + HAS_WAITED;
  const enrolled = await enrolByTurn(tx, deps, { ...entry, contactId, leadId, version, now, origin, sweptOn });
  if (enrolled.type === 'refused') await tellParent(tx, deps, o);
  return enrolled;
}

const HAS_WAITED = '; has waited';

/** Ends a wait without an entry. */
export async function drop(
  tx: Tx,
  deps: TurnDeps,
  { waiting, reason, now: at }: { readonly waiting: Waiting; readonly reason: string; readonly now: Instant },
): Promise<void> {
  const { id, contactId, sequence } = waiting;
  const outcome = `${sequence} refused`;
  await recordDecisions(tx, [{ key: keyOf('enter', id, 'refused'), contactId, kind: 'enter', outcome, reason, at }]);
  await tellParent(tx, deps, { waiting, now: at });
}

/** The journey whose step waits for the end of what has not begun, and never will. */
async function tellParent(
  tx: Tx,
  deps: TurnDeps,
  { waiting, now: at }: { readonly waiting: Waiting; readonly now: Instant },
): Promise<void> {
  const { contactId, leadId, sequence, entry } = waiting;
  const joinId = entry.parent?.joinId;
  if (!entry.parent || !joinId) return;
  await ingestByTurn(tx, deps, {
    type: EVENTS.journeyEnded,
    contactId,
    at,
    idempotencyKey: `${EVENTS.journeyEnded}:${joinId}`,
    journeyId: entry.parent.journeyId,
    leadId: leadId ?? undefined,
    properties: { joinId, sequence, outcome: 'refused' },
  });
}
