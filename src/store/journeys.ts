import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Turn } from '../domain/journey/move';
import type { JourneyState, Place } from '../domain/journey/state';
import type { Definition } from '../domain/sequence/definition';
import { holdsLock, noteLock, Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import { findVersion } from './sequences';

/** The journey by whose step another one was entered. */
export interface Parent {
  readonly journeyId: string;
  /** The visit of its step that waits for the end; null: none waits. */
  readonly joinId: string | null;
}

export interface JourneyRow {
  readonly id: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly sequence: string;
  readonly versionId: string;
  readonly enteredAt: Instant;
  readonly definition: Definition;
}

/** What a journey's row keeps of its last turn, so that asking the same turn again gets the same answer. */
export interface StoredTurn {
  readonly state: JourneyState;
  readonly move: Turn['move'];
  readonly waitsFor: readonly string[];
}

export interface OpenJourney extends JourneyRow {
  readonly parent: Parent | null;
  readonly turn: number;
  readonly last: StoredTurn;
}

interface RawJourney {
  readonly id: string;
  readonly contact_id: string;
  readonly lead_id: string | null;
  readonly sequence: string;
  readonly version_id: string;
  readonly entered_at: number;
  readonly parent_id: string | null;
  readonly join_id: string | null;
  readonly turn: number;
  readonly last_turn: StoredTurn; // written by this file alone
}

async function opened(tx: Tx, row: RawJourney): Promise<OpenJourney> {
  const { definition } = await findVersion(tx, row.version_id);
  return {
    id: row.id,
    contactId: row.contact_id,
    leadId: row.lead_id,
    sequence: row.sequence,
    versionId: row.version_id,
    enteredAt: row.entered_at,
    parent: row.parent_id === null ? null : { journeyId: row.parent_id, joinId: row.join_id },
    definition,
    turn: row.turn,
    last: row.last_turn,
  };
}

/** A journey, the definition it runs on, and its last turn. Throws VIV_JOURNEY_UNKNOWN. */
export async function readJourney(tx: Tx, journeyId: string): Promise<OpenJourney> {
  const [row] = await tx.$queryRaw<RawJourney[]>`
    SELECT id, contact_id, lead_id, sequence, version_id, parent_id, join_id, turn, last_turn,
      ${millis(Prisma.sql`entered_at`)} AS entered_at
    FROM journey WHERE id = ${journeyId}::uuid`;
  if (!row) throw failure('VIV_JOURNEY_UNKNOWN', { journey: journeyId });
  return opened(tx, row);
}

/**
 * Takes the lock of the journey's contact, then reads the journey as it stands under the lock: two statements, since one that
 * waits for a lock would go on with the row it saw before. Whoever names the `contactId` and holds its lock saves the first.
 * Throws VIV_JOURNEY_UNKNOWN.
 */
export async function lockJourney(tx: Tx, journeyId: string, contactId?: string): Promise<OpenJourney> {
  let locked = contactId !== undefined && holdsLock(tx, contactId) ? contactId : await lockContactOf(tx, journeyId);
  let journey = await readJourney(tx, journeyId);
  // while the lock was awaited the journey may have become that of another contact, by a merge
  while (locked !== undefined && !holdsLock(tx, journey.contactId)) {
    locked = await lockContactOf(tx, journeyId);
    journey = await readJourney(tx, journeyId);
  }
  return journey;
}

async function lockContactOf(tx: Tx, journeyId: string): Promise<string | undefined> {
  const [locked] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM contact WHERE id = (SELECT contact_id FROM journey WHERE id = ${journeyId}::uuid) FOR UPDATE`;
  if (locked) noteLock(tx, locked.id);
  return locked?.id;
}

export interface NewJourney {
  readonly id: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly sequence: string;
  readonly versionId: string;
  readonly state: JourneyState;
  readonly enteredAt: number;
  /** With re-entry per key: which one it is about. */
  readonly entryKey?: string;
  readonly parent?: Parent;
  /** The day of the sweep that entered it. */
  readonly sweptOn?: string;
}

/** The row of a journey that has taken no turn yet. */
export async function insertJourney(tx: Tx, journey: NewJourney): Promise<void> {
  const last: StoredTurn = { state: journey.state, move: { type: 'await', stepId: '', until: null }, waitsFor: [] };
  await tx.$executeRaw`
    INSERT INTO journey (id, contact_id, lead_id, sequence, version_id, status, last_turn, entered_at, entry_key, parent_id,
      join_id, swept_on)
    VALUES (${journey.id}::uuid, ${journey.contactId}::uuid, ${journey.leadId}::uuid, ${journey.sequence},
      ${journey.versionId}::uuid, 'running', ${JSON.stringify(last)}::jsonb, ${new Date(journey.enteredAt)},
      ${journey.entryKey ?? null}, ${journey.parent?.journeyId ?? null}::uuid, ${journey.parent?.joinId ?? null}::uuid,
      ${journey.sweptOn ?? null})`;
}

export interface TakenTurn {
  readonly journeyId: string;
  /** The turn that was answered; the stored one becomes `turn + 1`. */
  readonly turn: number;
  readonly last: StoredTurn;
  readonly ended: { readonly at: number; readonly outcome: string; readonly reason: string } | null;
}

/** Whose the journey is by now; undefined: still whose it was. A merge may come while a mail is on its way. */
export async function ownerSince(
  tx: Tx,
  { id, contactId }: Pick<JourneyRow, 'id' | 'contactId'>,
): Promise<Pick<JourneyRow, 'contactId' | 'leadId'> | undefined> {
  const [row] = await tx.$queryRaw<Pick<JourneyRow, 'contactId' | 'leadId'>[]>`
    SELECT contact_id AS "contactId", lead_id AS "leadId" FROM journey WHERE id = ${id}::uuid`;
  return row && row.contactId !== contactId ? row : undefined;
}

/** The pause by which a journey is held; null: by none. */
export const holderOf = (place: Place): string | null => ('heldBy' in place ? (place.heldBy ?? null) : null);

/** Writes a turn if nobody has written it before; answers whether it did. */
export async function writeTurn(tx: Tx, { journeyId, turn, last, ended }: TakenTurn): Promise<boolean> {
  const { move } = last;
  const stepId = move.type === 'end' ? null : move.stepId;
  const dueAt = move.type === 'await' && move.until !== null ? new Date(move.until) : null;
  const count = await tx.$executeRaw`
    UPDATE journey SET turn = turn + 1, last_turn = ${JSON.stringify(last)}::jsonb, due_at = ${dueAt},
      step_id = coalesce(${stepId}, step_id), status = ${ended ? 'ended' : 'running'},
      held_by = ${holderOf(last.state.place)}::uuid,
      ended_at = ${ended ? new Date(ended.at) : null}, outcome = ${ended?.outcome ?? null}, reason = ${ended?.reason ?? null}
    WHERE id = ${journeyId}::uuid AND turn = ${turn}`;
  return count === 1;
}

/** Replaces the event types that a journey wants to be woken for. `kinds`: which of them are replaced; none: there are none yet. */
export async function writeInterests(
  tx: Tx,
  o: {
    readonly journeyId: string;
    readonly contactId: string;
    readonly kinds: readonly string[];
    readonly interests: readonly { readonly eventType: string; readonly kind: string }[];
  },
): Promise<void> {
  if (o.kinds.length > 0)
    await tx.$executeRaw`DELETE FROM interest WHERE journey_id = ${o.journeyId}::uuid AND kind = ANY(${[...o.kinds]})`;
  if (o.interests.length === 0) return;
  const rows = o.interests.map(
    (i) => Prisma.sql`(${o.journeyId}::uuid, ${i.eventType}, ${i.kind}, ${o.contactId}::uuid)`,
  );
  await tx.$executeRaw`
    INSERT INTO interest (journey_id, event_type, kind, contact_id) VALUES ${Prisma.join(rows)} ON CONFLICT DO NOTHING`;
}

/** Lanes in which a mail of a running journey waits, whatever is declared by now. */
export async function lanesInUse(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ lane: string }[]>`
    SELECT DISTINCT last_turn #>> '{move,effect,route,lane}' AS lane FROM journey
    WHERE status = 'running' AND last_turn #>> '{move,effect,route,lane}' IS NOT NULL ORDER BY lane`;
  return rows.map(({ lane }) => lane);
}
