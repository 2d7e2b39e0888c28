import { type Admission, admission } from '../domain/entry/admission';
import { failure } from '../domain/errors';
import { type Instant, keyOf } from '../domain/ids';
import { initialState } from '../domain/journey/state';
import { type PastJourney, reentry } from '../domain/sequence/reentry';
import { afterEnd } from './after-end';
import { lockContact, Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';
import { membersOf } from './group-members';
import { insertJourney, type OpenJourney, type Parent } from './journeys';
import { enqueue } from './outbox';
import { isDayFull } from './pace';
import type { SequenceVersion } from './sequences';
import { endTakenOver, TAKEN_OVER } from './take-over';
import { type TurnDeps, takeTurn } from './turn';
import { handIn } from './turn-calls';
import { insertWaiting, type WaitingEntry } from './waiting';

export interface Enrolment extends WaitingEntry {
  readonly contactId: string;
  /** The lead that goes through it; null for clients. */
  readonly leadId: string | null;
  readonly version: SequenceVersion;
  readonly now: Instant;
  /** What made it enter, for a person: `event lead.created`, `by hand`. */
  readonly origin: string;
  /** Id of what made it enter (an interaction, a sweep, a command): the same cause enters once. */
  readonly cause: string;
  /** `seq` of the interaction that made it enter, if one did. */
  readonly entrySeq?: number;
  /** With re-entry per key: the key. */
  readonly key?: string;
  /** The way in; absent: another sequence, or a rehearsal. What it asks is asked again after a wait. */
  readonly via?: WaitingEntry['via'];
  /** The journey whose step made it enter; with `joinId` it is told of the end. */
  readonly parent?: Parent;
  /** The day of the sweep that enters it, `2026-03-02`: what a day may enter is counted by it. */
  readonly sweptOn?: string;
}

export type Enrolled =
  | { readonly type: 'entered'; readonly journeyId: string }
  /** It will enter when its group, or the day, has room for it; unless it may not by then. */
  | { readonly type: 'waits'; readonly journeyId: string; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string };

/**
 * Enters a contact into a sequence: journey, decision, first turn, and the job that starts its workflow, all in the caller's
 * transaction, under the contact's lock. While another journey of its group is under way it may wait instead. The same cause
 * again answers the same journey. Throws VIV_CONTACT_UNKNOWN.
 */
export async function enrol(tx: Tx, deps: TurnDeps, enrolment: Enrolment): Promise<Enrolled> {
  const { contactId, version } = enrolment;
  if (!(await lockContact(tx, contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
  const journeyId = journeyIdFor(contactId, version.sequence, enrolment.cause);
  const { past, lastSeq } = await historyOf(tx, enrolment);
  const known = past.find(({ id }) => id === journeyId);
  if (known) return known.waits ? { type: 'waits', journeyId, reason: known.reason } : { type: 'entered', journeyId };
  const leadId = version.definition.audience === 'lead' ? enrolment.leadId : null;
  const entry: Entry = { enrolment: { ...enrolment, leadId }, journeyId, lastSeq };
  const admitted = await admissionOf(tx, deps, { ...entry, past });
  switch (admitted.type) {
    case 'drop':
      return refused(tx, entry, admitted.reason);
    case 'wait':
      return waits(tx, entry, admitted);
    case 'enter':
      return entered(tx, deps, entry);
    case 'takeOver':
      return takenOver(tx, deps, { entry, takeOver: admitted });
    default:
      throw new TypeError(`unknown admission ${JSON.stringify(admitted satisfies never)}`);
  }
}

/** The journey that a cause makes a contact enter: the same cause never enters it twice. */
export const journeyIdFor = (contactId: string, sequence: string, cause: string): string =>
  keyOf('journey', contactId, sequence, cause);

interface Entry {
  readonly enrolment: Enrolment;
  readonly journeyId: string;
  readonly lastSeq: number;
}

type Admitted = Admission | { readonly type: 'wait'; readonly reason: string; readonly isForDay: true };

/** The sequence's own rules first, then the day, then the group. */
async function admissionOf(
  tx: Tx,
  { rules }: TurnDeps,
  { enrolment, past }: Entry & { readonly past: readonly PastJourney[] },
): Promise<Admitted> {
  const { version, leadId, key, now, contactId, via, parent } = enrolment;
  const { exclusive, reenter, enter } = version.definition;
  if (via === 'hand' && !enter.byHand) return { type: 'drop', reason: 'the sequence lets nobody in by hand' };
  const refusal = (await unfit(tx, enrolment)) ?? reentry(reenter, past, { leadId, key, now });
  if (refusal !== undefined) return { type: 'drop', reason: refusal };
  if (await isDayFull(tx, rules.lifecycle, enrolment))
    return {
      type: 'wait',
      reason: `waits for a day with room: ${enrolment.sweptOn} has entered its most`,
      isForDay: true,
    };
  const running = exclusive ? await membersOf(tx, { contactId, group: exclusive.group }) : [];
  return admission(exclusive, running, parent && parent.joinId !== null ? parent.journeyId : undefined);
}

async function refused(tx: Tx, entry: Entry, reason: string): Promise<Enrolled> {
  await recordDecisions(tx, [entryDecision(entry, { outcome: 'refused', reason })]);
  return { type: 'refused', reason };
}

async function waits(
  tx: Tx,
  entry: Entry,
  { reason, ...o }: { readonly reason: string; readonly isForDay?: true },
): Promise<Enrolled> {
  const { enrolment, journeyId } = entry;
  const { contactId, leadId, version, now, sweptOn: _, ...rest } = enrolment;
  const { group = null, priority = 0, atMost } = version.definition.exclusive ?? {};
  await insertWaiting(tx, {
    id: journeyId,
    contactId,
    leadId,
    sequence: version.sequence,
    group: o.isForDay ? null : group,
    priority,
    entry: rest,
    reason,
    since: now,
    until: atMost === undefined || o.isForDay ? null : now + atMost,
  });
  await recordDecisions(tx, [entryDecision(entry, { outcome: 'waits', reason: `${enrolment.origin}; ${reason}` })]);
  return { type: 'waits', journeyId, reason };
}

async function entered(tx: Tx, deps: TurnDeps, entry: Entry, because?: string): Promise<Enrolled> {
  const { journeyId, enrolment } = entry;
  const { contactId, version, now, origin } = enrolment;
  await open(tx, entry);
  const reason = [origin, because, `version ${version.version}`].filter((part) => part !== undefined).join('; ');
  await recordDecisions(tx, [entryDecision(entry, { outcome: 'entered', reason })]);
  await takeTurn(tx, deps, { journeyId, contactId, turn: 0, now });
  await enqueue(tx, [{ task: 'start_journey', payload: { journeyId } }]);
  return { type: 'entered', journeyId };
}

/** What follows from the ends comes last: whatever it enters finds the group busy. */
async function takenOver(
  tx: Tx,
  deps: TurnDeps,
  { entry, takeOver }: { readonly entry: Entry; readonly takeOver: Extract<Admission, { type: 'takeOver' }> },
): Promise<Enrolled> {
  const { enrolment, lastSeq } = entry;
  const { version, now } = enrolment;
  const ended: OpenJourney[] = [];
  for (const member of takeOver.ends)
    ended.push(await endTakenOver(tx, { member, by: version.definition, now, lastSeq }));
  const enrolled = await entered(tx, deps, entry, takeOver.reason);
  for (const journey of ended) await afterEnd(tx, deps, { journey, outcome: TAKEN_OVER, now });
  return enrolled;
}

async function open(tx: Tx, { enrolment, journeyId, lastSeq }: Entry): Promise<void> {
  const { contactId, leadId, version, now, entrySeq, key, parent, sweptOn } = enrolment;
  const { sequence, id: versionId } = version;
  await insertJourney(tx, {
    id: journeyId,
    contactId,
    leadId,
    sequence,
    versionId,
    state: initialState(lastSeq, entrySeq),
    enteredAt: now,
    entryKey: key,
    parent,
    sweptOn,
  });
  if (leadId)
    await tx.$executeRaw`UPDATE lead SET stage = 'nurturing' WHERE id = ${leadId}::uuid AND stage IN ('new', 'recycled')`;
}

function entryDecision(
  { enrolment: { contactId, version, now }, journeyId }: Entry,
  { outcome, reason }: { readonly outcome: 'entered' | 'waits' | 'refused'; readonly reason: string },
) {
  return {
    key: keyOf('enter', journeyId, outcome),
    contactId,
    journeyId: outcome === 'entered' ? journeyId : undefined,
    kind: 'enter' as const,
    outcome: `${version.sequence} ${outcome}`,
    reason,
    at: now,
  };
}

interface History {
  /** `reason`: why one waits. */
  readonly past: readonly (PastJourney & { readonly reason: string })[];
  /** `seq` of the contact's newest interaction; 0 with none. */
  readonly lastSeq: number;
}

async function historyOf(tx: Tx, { contactId, version }: Enrolment): Promise<History> {
  const [history] = await tx.$queryRaw<History[]>`
    SELECT coalesce((SELECT max(seq) FROM interaction WHERE contact_id = ${contactId}::uuid), 0)::float8 AS "lastSeq",
      coalesce((
        SELECT json_agg(p) FROM (
          SELECT id, status = 'running' AS running, false AS waits, ${millis(Prisma.sql`entered_at`)} AS "enteredAt",
            lead_id AS "leadId", entry_key AS "entryKey", '' AS reason
          FROM journey WHERE contact_id = ${contactId}::uuid AND sequence = ${version.sequence}
          UNION ALL SELECT id, false, true, ${millis(Prisma.sql`since`)}, lead_id, entry->>'key', reason
          FROM waiting WHERE contact_id = ${contactId}::uuid AND sequence = ${version.sequence}) AS p), '[]') AS past`;
  return history ?? { past: [], lastSeq: 0 };
}

/** A sequence for leads needs a lead, one for clients a client. */
async function unfit(tx: Tx, { contactId, leadId, version }: Enrolment): Promise<string | undefined> {
  if (version.definition.audience === 'lead')
    return leadId ? undefined : 'the contact has no lead, and the sequence is for leads';
  const [client] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM client WHERE contact_id = ${contactId}::uuid`;
  return client ? undefined : 'the contact is no client, and the sequence is for clients';
}

handIn({ enrol });
