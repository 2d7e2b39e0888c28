import { failure } from '../domain/errors';
import { type Instant, keyOf } from '../domain/ids';
import { initialState } from '../domain/journey/state';
import { type PastJourney, reentry } from '../domain/sequence/reentry';
import { lockContact, Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';
import { insertJourney } from './journeys';
import { enqueue } from './outbox';
import type { SequenceVersion } from './sequences';
import { type TurnDeps, takeTurn } from './turn';

export interface Enrolment {
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
}

export type Enrolled =
  | { readonly type: 'entered'; readonly journeyId: string }
  | { readonly type: 'refused'; readonly reason: string };

/**
 * Enters a contact into a sequence: journey, decision, first turn, and the job that starts its workflow, all in the caller's
 * transaction, under the contact's lock. The same cause again answers the same journey. Throws VIV_CONTACT_UNKNOWN.
 */
export async function enrol(tx: Tx, deps: TurnDeps, enrolment: Enrolment): Promise<Enrolled> {
  const { contactId, version, now } = enrolment;
  if (!(await lockContact(tx, contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
  const journeyId = journeyIdFor(contactId, version.sequence, enrolment.cause);
  const { past, lastSeq } = await historyOf(tx, enrolment);
  if (past.some(({ id }) => id === journeyId)) return { type: 'entered', journeyId };
  const leadId = version.definition.audience === 'lead' ? enrolment.leadId : null;
  const refusal = (await unfit(tx, { ...enrolment, leadId })) ?? reentry(version.definition.reenter, past, now);
  if (refusal !== undefined) {
    await recordDecisions(tx, [entryDecision(enrolment, { journeyId, outcome: 'refused', reason: refusal })]);
    return { type: 'refused', reason: refusal };
  }
  await open(tx, { ...enrolment, leadId }, { journeyId, lastSeq });
  await takeTurn(tx, deps, { journeyId, contactId, turn: 0, now });
  await enqueue(tx, [{ task: 'start_journey', payload: { journeyId } }]);
  return { type: 'entered', journeyId };
}

/** The journey that a cause makes a contact enter: the same cause never enters it twice. */
export const journeyIdFor = (contactId: string, sequence: string, cause: string): string =>
  keyOf('journey', contactId, sequence, cause);

async function open(
  tx: Tx,
  enrolment: Enrolment,
  { journeyId, lastSeq }: { readonly journeyId: string; readonly lastSeq: number },
): Promise<void> {
  const { contactId, leadId, version, now } = enrolment;
  const { sequence, id: versionId } = version;
  await insertJourney(tx, {
    id: journeyId,
    contactId,
    leadId,
    sequence,
    versionId,
    state: initialState(lastSeq, enrolment.entrySeq),
    enteredAt: now,
  });
  const reason = `${enrolment.origin}; version ${version.version}`;
  await recordDecisions(tx, [entryDecision(enrolment, { journeyId, outcome: 'entered', reason })]);
  if (leadId)
    await tx.$executeRaw`UPDATE lead SET stage = 'nurturing' WHERE id = ${leadId}::uuid AND stage IN ('new', 'recycled')`;
}

function entryDecision(
  { contactId, version, now }: Enrolment,
  {
    journeyId,
    outcome,
    reason,
  }: { readonly journeyId: string; readonly outcome: 'entered' | 'refused'; readonly reason: string },
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
  readonly past: readonly PastJourney[];
  /** `seq` of the contact's newest interaction; 0 with none. */
  readonly lastSeq: number;
}

async function historyOf(tx: Tx, { contactId, version }: Enrolment): Promise<History> {
  const [history] = await tx.$queryRaw<History[]>`
    SELECT coalesce((SELECT max(seq) FROM interaction WHERE contact_id = ${contactId}::uuid), 0)::float8 AS "lastSeq",
      coalesce((
        SELECT json_agg(json_build_object('id', id, 'running', status = 'running', 'enteredAt', ${millis(Prisma.sql`entered_at`)}))
        FROM journey WHERE contact_id = ${contactId}::uuid AND sequence = ${version.sequence}), '[]') AS past`;
  return history ?? { past: [], lastSeq: 0 };
}

/** A sequence for leads needs a lead, one for clients a client. */
async function unfit(tx: Tx, { contactId, leadId, version }: Enrolment): Promise<string | undefined> {
  if (version.definition.audience === 'lead')
    return leadId ? undefined : 'the contact has no lead, and the sequence is for leads';
  const [client] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM client WHERE contact_id = ${contactId}::uuid`;
  return client ? undefined : 'the contact is no client, and the sequence is for clients';
}
