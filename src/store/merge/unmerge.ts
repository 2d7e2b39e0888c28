import { failure } from '../../domain/errors';
import { type Person, unmergedPerson } from '../../domain/identity/merge';
import { type Instant, keyOf } from '../../domain/ids';
import { type Db, lockContact, noteLock, Prisma, type Tx, transaction } from '../db';
import { recordDecisions } from '../decisions';
import { millis } from '../fact-columns';
import { refit } from '../fit';
import { enqueueLater } from '../outbox';
import type { TurnDeps } from '../turn';
import { wakeAll } from './merge';
import { releaseSuppressions } from './suppressions';
import { LEAD_TABLES, MOVED_TABLES, type MovedTable } from './tables';
import { breakClaims, followJourneys } from './under-way';
import { wordsOfMerge } from './words';
import { takeWordsBack } from './words-back';

export interface UnmergeRequest {
  readonly mergeId: string;
  readonly by: string;
  readonly now: Instant;
}

export interface Unmerged {
  readonly mergeId: string;
  readonly contactId: string;
  /** On record again. */
  readonly mergedId: string;
}

interface MergeRow {
  readonly contactId: string;
  readonly mergedId: string;
  readonly at: Instant;
  readonly undoneAt: Instant | null;
}

interface LogRow {
  readonly position: number;
  readonly table: string;
  readonly action: 'moved' | 'changed' | 'removed' | 'added';
}

/**
 * Takes a merge back, in one transaction: whatever stands as the merge has left it becomes what it was. What has happened since stays with
 * who stayed. Throws VIV_MERGE_UNKNOWN, VIV_MERGE_UNDONE, and VIV_MERGE_COVERED where a later merge rests on it.
 */
export function unmerge(db: Db, deps: TurnDeps, request: UnmergeRequest): Promise<Unmerged> {
  return transaction(db, async (tx) => {
    const { mergeId, by, now } = request;
    const { contactId, mergedId, at: mergedAt } = await lockMerge(tx, mergeId);
    const words = await wordsOfMerge(tx, mergeId);
    const restarts = await endedBy(tx, mergeId);
    await breakClaims(tx, [contactId]);
    await restoreAll(tx, mergeId);
    noteLock(tx, mergedId); // nobody sees it before this commits
    await followJourneys(tx, { contactId, mergedId });
    await releaseSuppressions(tx, mergeId);
    await tx.$executeRaw`UPDATE contact_merge SET undone_at = ${new Date(now)} WHERE id = ${mergeId}::uuid`;
    await tx.$executeRaw`DELETE FROM contact_merge_row WHERE merge_id = ${mergeId}::uuid`;
    if (words) await takeWordsBack(tx, deps, { contactId, mergedId, mergeId, mergedAt, words, at: now });
    for (const id of [contactId, mergedId]) {
      await refit(tx, deps.rules.scoring, { contactId: id, at: now });
      await wakeAll(tx, id);
    }
    await restart(tx, restarts);
    const about = (id: string, outcome: string, since: string) => ({
      key: keyOf('unmerge', mergeId, id),
      contactId: id,
      kind: 'merge' as const,
      outcome,
      reason: `the merge with another contact was taken back by ${by}; what happened since is with ${since}`,
      at: now,
      data: { mergeId },
    });
    await recordDecisions(tx, [
      about(contactId, 'separated', 'this one'),
      about(mergedId, 'restored', 'the other one'),
    ]);
    return { mergeId, contactId, mergedId };
  });
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

async function lockMerge(tx: Tx, mergeId: string): Promise<MergeRow> {
  const read = () => tx.$queryRaw<MergeRow[]>`
    SELECT contact_id AS "contactId", merged_id AS "mergedId", ${millis(Prisma.sql`at`)} AS at,
      ${millis(Prisma.sql`undone_at`)} AS "undoneAt"
    FROM contact_merge WHERE id = ${mergeId}::uuid`;
  const [known] = UUID.test(mergeId) ? await read() : [];
  if (!known || !(await lockContact(tx, known.contactId))) throw failure('VIV_MERGE_UNKNOWN', { id: mergeId });
  const [row = known] = await read(); // as it is under the lock
  if (row.undoneAt !== null)
    throw failure('VIV_MERGE_UNDONE', { id: mergeId, at: new Date(row.undoneAt).toISOString().slice(0, 10) });
  const [later] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM contact_merge WHERE contact_id = ${row.contactId}::uuid AND undone_at IS NULL AND id > ${mergeId}::uuid
    ORDER BY id DESC LIMIT 1`;
  if (later) throw failure('VIV_MERGE_COVERED', { id: mergeId, later: later.id });
  return row;
}

async function endedBy(tx: Tx, mergeId: string): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ keys: readonly string[] }[]>`
    SELECT keys FROM contact_merge_row WHERE merge_id = ${mergeId}::uuid AND table_name = 'journey' AND action = 'changed'`;
  return rows.flatMap(({ keys }) => keys);
}

/** Backwards; but first everyone is found by their own addresses, without which nobody may be on record. */
async function restoreAll(tx: Tx, mergeId: string): Promise<void> {
  const rows = await tx.$queryRaw<LogRow[]>`
    SELECT position, table_name AS "table", action FROM contact_merge_row WHERE merge_id = ${mergeId}::uuid
    ORDER BY table_name = 'contact_address' DESC, position DESC`;
  for (const row of rows) await restore(tx, mergeId, row);
}

const OTHERS: readonly MovedTable[] = [
  { table: 'contact', key: 'id', type: 'uuid' },
  { table: 'client', key: 'contact_id', type: 'uuid' },
  { table: 'contact_address', key: 'key', type: 'text' },
  { table: 'suppression', key: 'id', type: 'bigint' }, // of merges that were made before suppressions named theirs
];

function tableOf(name: string): MovedTable {
  const found = [...MOVED_TABLES, ...LEAD_TABLES, ...OTHERS].find(({ table }) => table === name);
  if (!found) throw new TypeError(`no merge changes ${name}`);
  return found;
}

async function restore(tx: Tx, mergeId: string, { position, table, action }: LogRow): Promise<void> {
  if (table === 'consent') return; // a chain is only ever added to
  const known = tableOf(table);
  const row = Prisma.sql`(SELECT * FROM contact_merge_row WHERE merge_id = ${mergeId}::uuid AND position = ${position}) AS r`;
  switch (action) {
    case 'moved':
      return moveBack(tx, known, { mergeId, position });
    case 'changed':
      return table === 'contact' ? restorePerson(tx, row) : changeBack(tx, known, row);
    case 'removed':
      await tx.$executeRaw`
        INSERT INTO ${Prisma.raw(table)} SELECT n.* FROM ${row}, jsonb_populate_recordset(NULL::${Prisma.raw(table)}, r.before) AS n
        ON CONFLICT DO NOTHING`;
      return;
    case 'added':
      if (table === 'journey_twin') {
        await tx.$executeRaw`DELETE FROM journey_twin WHERE merge_id = ${mergeId}::uuid`; // a journey may have others by other merges
        return;
      }
      await tx.$executeRaw`
        DELETE FROM ${Prisma.raw(table)} t USING ${row} WHERE t.${Prisma.raw(known.key)} = ANY(r.keys::${Prisma.raw(known.type)}[])`;
      return;
    default:
      throw new TypeError(`unknown action ${JSON.stringify(action satisfies never)}`);
  }
}

async function moveBack(
  tx: Tx,
  { table, key, type }: MovedTable,
  { mergeId, position }: { readonly mergeId: string; readonly position: number },
): Promise<void> {
  const [row] = await tx.$queryRaw<{ column: string; from: string; to: string }[]>`
    SELECT before->>'column' AS column, before->>'id' AS from, after->>'id' AS to FROM contact_merge_row
    WHERE merge_id = ${mergeId}::uuid AND position = ${position}`;
  if (!row) return;
  const column = Prisma.raw(row.column === 'lead_id' ? 'lead_id' : 'contact_id'); // one of the two that are ever moved
  await tx.$executeRaw`
    UPDATE ${Prisma.raw(table)} t SET ${column} = ${row.from}::uuid FROM contact_merge_row r
    WHERE r.merge_id = ${mergeId}::uuid AND r.position = ${position}
      AND t.${Prisma.raw(key)} = ANY(r.keys::${Prisma.raw(type)}[]) AND t.${column} = ${row.to}::uuid`;
}

/** Column by column: what is as the merge has left it becomes what it was; sums keep what was added since. */
async function changeBack(tx: Tx, { table, key }: MovedTable, row: Prisma.Sql): Promise<void> {
  const [name, id] = [Prisma.raw(table), Prisma.raw(key)]; // of ./tables, never input
  const columns = await tx.$queryRaw<{ name: string }[]>`
    SELECT attname AS name FROM pg_attribute WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;
  const list = Prisma.raw(columns.map((column) => `"${column.name}"`).join(', ')); // of the schema
  const sums = table === 'client' ? Prisma.sql`('purchases', 'revenue')` : Prisma.sql`('')`;
  await tx.$executeRaw`
    UPDATE ${name} t SET (${list}) = (
      SELECT ${list} FROM jsonb_populate_record(NULL::${name}, (
        SELECT jsonb_object_agg(c.key, CASE
          WHEN c.value IS NOT DISTINCT FROM (r.after->(t.${id}::text))->c.key THEN (r.before->(t.${id}::text))->c.key
          WHEN c.key IN ${sums} THEN to_jsonb((c.value #>> '{}')::numeric
            - ((r.after->(t.${id}::text))->>c.key)::numeric + ((r.before->(t.${id}::text))->>c.key)::numeric)
          ELSE c.value END)
        FROM jsonb_each(to_jsonb(t)) AS c)))
    FROM ${row} WHERE t.${id}::text = ANY(r.keys) AND jsonb_exists(r.after, t.${id}::text)`;
}

interface PersonRow extends Omit<Person, 'lastAt' | 'createdAt'> {
  readonly profiling: boolean;
  readonly createdAt: string;
}

async function restorePerson(tx: Tx, row: Prisma.Sql): Promise<void> {
  const person = (
    from: Prisma.Sql,
  ) => Prisma.sql`json_build_object('name', ${from}->'name', 'timeZone', ${from}->'time_zone',
    'locale', ${from}->'locale', 'attributes', ${from}->'attributes', 'tags', ${from}->'tags', 'profiling', ${from}->'profiling',
    'organisationId', ${from}->'organisation_id', 'createdAt', ${from}->'created_at')`;
  const [people] = await tx.$queryRaw<{ id: string; now: PersonRow; before: PersonRow; after: PersonRow }[]>`
    SELECT c.id, ${person(Prisma.sql`to_jsonb(c)`)} AS now, ${person(Prisma.sql`(r.before->c.id::text)`)} AS before,
      ${person(Prisma.sql`(r.after->c.id::text)`)} AS after
    FROM ${row} JOIN contact c ON c.id::text = ANY(r.keys)`;
  if (!people) return;
  const { now, before, after } = people;
  const at = (one: PersonRow) => ({ ...one, createdAt: Date.parse(one.createdAt) });
  const { createdAt, ...was } = unmergedPerson(at(now), at(before), at(after));
  await tx.$executeRaw`
    UPDATE contact SET name = ${was.name}, time_zone = ${was.timeZone}, locale = ${was.locale}, profiling = ${was.profiling},
      attributes = ${JSON.stringify(was.attributes)}::jsonb, tags = ${[...was.tags]}::text[],
      organisation_id = ${was.organisationId}::uuid, created_at = ${new Date(createdAt)}
    WHERE id = ${people.id}::uuid`;
}

/** Real time: by then a workflow that was just told of the end has closed. */
const CLOSED_AFTER_MS = 60_000;

/** Journeys that the merge had ended go on by a new run of their workflow; asked again a little later, should the old one still be closing. */
async function restart(tx: Tx, journeyIds: readonly string[]): Promise<void> {
  if (journeyIds.length === 0) return;
  const [clock] = await tx.$queryRaw<{ now: number }[]>`SELECT ${millis(Prisma.sql`clock_timestamp()`)} AS now`;
  const now = Math.ceil(clock?.now ?? 0);
  await enqueueLater(
    tx,
    journeyIds.flatMap((journeyId) =>
      [now, now + CLOSED_AFTER_MS].map((runAt, place) => ({
        task: 'restart_journey' as const,
        payload: { journeyId },
        runAt,
        key: `restart:${journeyId}:${place}`,
      })),
    ),
  );
}
