import { PROFILING } from '../../domain/consent/purposes';
import { failure } from '../../domain/errors';
import { mergedPerson, type Person, type Side } from '../../domain/identity/merge';
import { DEFAULT_IDENTITY } from '../../domain/identity/rules';
import { type Instant, keyOf, newId } from '../../domain/ids';
import { type ContactRef, contactIdOf } from '../contact-ref';
import { type Db, noteLock, Prisma, type Tx, transaction } from '../db';
import { recordDecisions } from '../decisions';
import { millis } from '../fact-columns';
import { refit } from '../fit';
import { enqueue } from '../outbox';
import { endProfiling } from '../profiling';
import type { TurnDeps } from '../turn';
import { joinClients } from './clients';
import { type EndedByMerge, settleJourneys } from './journeys';
import { joinLeads } from './leads';
import { MergeLog, type Merging } from './log';
import { carrySuppressions } from './suppressions';
import { MOVED_TABLES } from './tables';
import { breakClaims } from './under-way';
import { carryWords } from './words';

export interface MergeRequest {
  /** Who stays. */
  readonly survivor: ContactRef;
  /** Whose everything becomes that of the other. */
  readonly merged: ContactRef;
  /** For whoever asks why. */
  readonly reason: string;
  readonly by: string;
  readonly now: Instant;
  /** Says what would be, and changes nothing. */
  readonly isDryRun?: boolean;
}

export interface Merged {
  /** By which it can be taken back. */
  readonly mergeId: string;
  readonly contactId: string;
  readonly mergedId: string;
  /** Rows by table. */
  readonly moved: { readonly [table: string]: number };
  /** Leads in the same offer that became one. */
  readonly leadsJoined: number;
  readonly journeysEnded: readonly EndedByMerge[];
  /** Purposes about which the other's word holds now. */
  readonly words: readonly string[];
  readonly suppressions: number;
  /** Whose value won where both had one, by its name. */
  readonly won: { readonly [value: string]: Side };
}

/** Ends a transaction in which everything was tried. */
class DryRun extends Error {
  constructor(readonly merged: Merged) {
    super('a dry run');
  }
}

/**
 * Makes two contacts one, in one transaction under the locks of both: all that is of the one becomes that of the other, whose own word
 * holds where the rules say so. What was, stands in `contact_merge_row` until it is taken back. Throws VIV_CONTACT_UNKNOWN and
 * VIV_MERGE_SELF.
 */
export async function mergeContacts(db: Db, deps: TurnDeps, request: MergeRequest): Promise<Merged> {
  try {
    return await transaction(db, async (tx) => {
      const merged = await mergeIn(tx, deps, request);
      if (request.isDryRun) throw new DryRun(merged);
      return merged;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.merged;
    throw error;
  }
}

async function mergeIn(tx: Tx, deps: TurnDeps, request: MergeRequest): Promise<Merged> {
  const { rules } = deps;
  const { now, reason, by } = request;
  const contactId = await contactIdOf(tx, request.survivor, rules.identity);
  const mergedId = await contactIdOf(tx, request.merged, rules.identity);
  if (contactId === mergedId) throw failure('VIV_MERGE_SELF', { contact: nameOf(request.merged) });
  const merging: Merging = { mergeId: newId(), contactId, mergedId };
  const [own, other] = await lockBoth(tx, merging);
  const log = new MergeLog(tx, merging);
  await breakClaims(tx, [contactId, mergedId]);
  const leadsJoined = await joinLeads(tx, log, { ...merging, halfLife: rules.scoring.halfLife });
  const journeys = await settleJourneys(tx, deps, log, merging);
  const words = await carryWords(tx, log, merging);
  const suppressions = await carrySuppressions(tx, merging, { own: own.email, other: other.email });
  await moveAll(log, merging);
  await joinClients(tx, log, merging);
  const { won, isScored } = await joinPeople(tx, deps, log, { ...merging, own, other });
  await tx.$executeRaw`
    INSERT INTO contact_merge (id, contact_id, merged_id, reason, by, at)
    VALUES (${merging.mergeId}::uuid, ${contactId}::uuid, ${mergedId}::uuid, ${reason}, ${by}, ${new Date(now)})`;
  const journeysEnded = await journeys.end(now);
  await judgeAnew(tx, deps, log, { contactId, isScored, cause: merging.mergeId, now });
  await wakeAll(tx, contactId);
  const report = {
    moved: log.moved,
    leadsJoined,
    journeysEnded,
    words: words.map(({ purpose }) => purpose),
    suppressions,
    won,
  };
  await recordDecisions(tx, [
    {
      key: keyOf('merge', merging.mergeId),
      contactId,
      kind: 'merge',
      outcome: 'merged',
      reason: `merged with another contact by ${by}: ${reason}`,
      at: now,
      data: { mergeId: merging.mergeId, ...report, journeysEnded: journeysEnded.map((one) => ({ ...one })) },
    },
  ]);
  return { ...merging, ...report };
}

const nameOf = (ref: ContactRef): string => ('id' in ref ? ref.id : ref.email);

interface Row extends Omit<Person, 'lastAt'> {
  readonly id: string;
  readonly email: string;
  readonly lastAt: Instant | null;
}

/** In the order of their ids, as everyone does who locks several. */
async function lockBoth(tx: Tx, { contactId, mergedId }: Merging): Promise<readonly [Row, Row]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT c.id, c.email, c.name, c.time_zone AS "timeZone", c.locale, c.attributes, c.tags, c.organisation_id AS "organisationId",
      ${millis(Prisma.sql`c.created_at`)} AS "createdAt",
      (SELECT ${millis(Prisma.sql`max(i.at)`)} FROM interaction i WHERE i.contact_id = c.id) AS "lastAt"
    FROM contact c WHERE c.id IN (${contactId}::uuid, ${mergedId}::uuid) ORDER BY c.id FOR UPDATE`;
  for (const { id } of rows) noteLock(tx, id);
  const [own, other] = [contactId, mergedId].map((id) => rows.find((row) => row.id === id));
  if (!own) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
  if (!other) throw failure('VIV_CONTACT_UNKNOWN', { contact: mergedId });
  return [own, other];
}

async function moveAll(log: MergeLog, { contactId, mergedId }: Merging): Promise<void> {
  for (const { one, ...table } of MOVED_TABLES) {
    if (one !== undefined) {
      const name = Prisma.raw(table.table); // of ./tables, never input
      const columns = Prisma.raw(one);
      await log.remove(
        table,
        Prisma.sql`t.contact_id = ${mergedId}::uuid AND (${columns}) IN (
          SELECT ${columns} FROM ${name} t WHERE t.contact_id = ${contactId}::uuid)`,
      );
    }
    await log.move(table, { column: 'contact_id', from: mergedId, to: contactId });
  }
  await log.move(
    { table: 'contact_address', key: 'key', type: 'text' },
    { column: 'contact_id', from: mergedId, to: contactId },
  );
}

const CONTACT = { table: 'contact', key: 'id', type: 'uuid' } as const;

interface Joining extends Merging {
  readonly own: Row;
  readonly other: Row;
}

async function joinPeople(tx: Tx, { rules }: TurnDeps, log: MergeLog, { contactId, mergedId, own, other }: Joining) {
  const last = (row: Row): Person => ({ ...row, lastAt: row.lastAt ?? row.createdAt });
  const { person, won } = mergedPerson(last(own), last(other), rules.identity ?? DEFAULT_IDENTITY);
  const isScored = await mayBeScored(tx, { contactId, mergedId });
  await log.changing(
    CONTACT,
    Prisma.sql`t.id = ${contactId}::uuid`,
    () =>
      tx.$executeRaw`
      UPDATE contact SET name = ${person.name}, time_zone = ${person.timeZone}, locale = ${person.locale},
        attributes = ${JSON.stringify(person.attributes)}::jsonb, tags = ${[...person.tags]}::text[],
        organisation_id = ${person.organisationId}::uuid, created_at = ${new Date(person.createdAt)}, profiling = true
      WHERE id = ${contactId}::uuid`,
  );
  await log.remove(CONTACT, Prisma.sql`t.id = ${mergedId}::uuid`);
  return { won, isScored };
}

/** Whoever of the two is not scored, or has objected, stays so. */
async function mayBeScored(tx: Tx, { contactId, mergedId }: Omit<Merging, 'mergeId'>): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ isScored: boolean }[]>`
    SELECT coalesce((SELECT granted OR state = 'unsaid' FROM consent WHERE contact_id = ${contactId}::uuid
      AND purpose = ${PROFILING} ORDER BY seq DESC LIMIT 1), true) AND bool_and(profiling) AS "isScored"
    FROM contact WHERE id IN (${contactId}::uuid, ${mergedId}::uuid)`;
  return row?.isScored ?? false;
}

interface Judging {
  readonly contactId: string;
  readonly isScored: boolean;
  readonly cause: string;
  readonly now: Instant;
}

/** Fit goes by the contact, whose attributes have changed; who objects to profiling loses the points of both. */
async function judgeAnew(
  tx: Tx,
  deps: TurnDeps,
  log: MergeLog,
  { contactId, isScored, cause, now }: Judging,
): Promise<void> {
  const [last] = await tx.$queryRaw<{ seq: string }[]>`SELECT coalesce(max(seq), 0)::text AS seq FROM score_entry`;
  await log.changing(CONTACT, Prisma.sql`t.id = ${contactId}::uuid`, () =>
    log.changing({ table: 'lead', key: 'id', type: 'uuid' }, Prisma.sql`t.contact_id = ${contactId}::uuid`, () =>
      isScored
        ? refit(tx, deps.rules.scoring, { contactId, at: now })
        : endProfiling(tx, deps, { contactId, at: now, cause }),
    ),
  );
  const entries = await tx.$queryRaw<{ seq: string }[]>`
    SELECT seq::text AS seq FROM score_entry WHERE contact_id = ${contactId}::uuid AND seq > ${last?.seq ?? '0'}::bigint`;
  await log.added({ table: 'score_entry', keys: entries.map(({ seq }) => seq) });
}

/** Journeys look again: more has happened with the contact than they knew of. */
export async function wakeAll(tx: Tx, contactId: string): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM journey WHERE contact_id = ${contactId}::uuid AND status = 'running' ORDER BY id`;
  await enqueue(
    tx,
    rows.map(({ id }) => ({ task: 'poke', payload: { workflow: `journey:${id}`, seq: 0 } })),
  );
}
