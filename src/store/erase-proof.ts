import type { ErasureProof, ErasureRecord, Leftover } from '../domain/privacy/erasure';
import { type Sought, soughtOf } from '../domain/privacy/identifiers';
import { entryOf } from '../domain/privacy/inventory';
import { type Db, Prisma, type Tx, transaction } from './db';
import type { ErasureTurn } from './erase-stop';
import { findErasure, lockOpen } from './erasures';
import { instantParam } from './fact-columns';
import { nameSql } from './inventory-sql';

/** One column of the database that may hold a text. */
export interface Column {
  /** As the inventory calls it: with its schema where that is not ours. */
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNullable: boolean;
  /** It tells one row from the others, or stands in a key: it cannot be replaced. */
  readonly isKey: boolean;
}

const LOOKED_THROUGH = ['text', 'character varying', 'character', 'name', 'json', 'jsonb', 'bytea', 'ARRAY', 'uuid'];

/** Every column of every table of the database in which a text, a number of somebody or an id could stand. */
export function columnsOf(db: Db): Promise<readonly Column[]> {
  return db.$queryRaw<Column[]>`
    SELECT CASE WHEN c.table_schema = 'public' THEN '' ELSE c.table_schema || '.' END || c.table_name AS table,
      c.column_name AS column, c.data_type AS type, c.is_nullable = 'YES' AS "isNullable", EXISTS (
        SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])
        WHERE i.indrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND i.indisunique AND a.attname = c.column_name) AS "isKey"
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema')
      AND c.table_schema NOT LIKE 'pg\\_t%' AND c.data_type = ANY(${LOOKED_THROUGH}::text[])
    ORDER BY 1, c.ordinal_position`;
}

/** The column as a text. Of a raw message its letters, as far as they are not encoded. */
function textOf({ column, type }: Column): Prisma.Sql {
  const name = nameSql(column);
  return type === 'bytea' ? Prisma.sql`encode(${name}, 'escape')` : Prisma.sql`${name}::text`;
}

const holds = (column: Column, { kind, text, pattern }: Sought): Prisma.Sql =>
  column.type === 'uuid'
    ? Prisma.sql`(${kind} = 'contact id' AND ${nameSql(column.column)}::text = ${text})`
    : Prisma.sql`(strpos(lower(${textOf(column)}), ${text}) > 0 AND ${textOf(column)} ~* ${pattern})`;

/** Where the person's id may stay: with their proofs of consent, and in the record of the erasure. */
const KEEPS_ID: ReadonlySet<string> = new Set(['consent.contact_id', 'consent_head.contact_id', 'erasure.contact_id']);

const isMeant = ({ table, column, type }: Column, { kind }: Sought): boolean =>
  kind === 'contact id' ? !KEEPS_ID.has(`${table}.${column}`) : type !== 'uuid';

interface Found extends Leftover {
  readonly column: Column;
  readonly sought: Sought;
}

/** Goes through a whole table once, however much is sought in however many columns of it. */
async function lookThrough(
  db: Db,
  {
    columns,
    sought,
    erasureId,
  }: { readonly columns: readonly Column[]; readonly sought: readonly Sought[]; readonly erasureId: string },
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const table of new Set(columns.map((column) => column.table))) {
    const looks = columns
      .filter((column) => column.table === table)
      .flatMap((column) => sought.filter((one) => isMeant(column, one)).map((one) => ({ column, sought: one })));
    if (looks.length === 0) continue;
    const counts = looks.map(
      ({ column, sought: one }) =>
        Prisma.sql`count(*) FILTER (WHERE ${holds(column, one)} AND ${besidesRecord(column, erasureId)})`,
    );
    const [row] = await db.$queryRaw<{ counts: readonly number[] }[]>(
      Prisma.sql`SELECT ARRAY[${Prisma.join(counts)}]::int[] AS counts FROM ${nameSql(table)}`,
    );
    for (const [index, look] of looks.entries()) {
      const rows = row?.counts[index] ?? 0;
      const where = `${table}.${look.column.column}`;
      if (rows > 0) found.push({ ...look, where, kind: look.sought.kind, rows });
    }
  }
  return found;
}

/** While the erasure is under way, its own row holds what is looked for. */
const besidesRecord = ({ table, column }: Column, erasureId: string): Prisma.Sql =>
  table === 'erasure' && column === 'identifiers' ? Prisma.sql`id <> ${erasureId}::uuid` : Prisma.sql`true`;

/** A mention in a row of others is replaced by this word. */
const ERASED = '[erased]';

/**
 * Replaces the addresses of the person in rows of others: notes, events, server replies. A raw message is dropped as a whole. Keys, and
 * columns that the inventory leaves as they are, stay; so do telephone numbers, which a whole office may share. Answers how many rows.
 */
export async function eraseMentions(db: Db, { erasureId }: ErasureTurn): Promise<number> {
  const open = await transaction(db, (tx) => lockOpen(tx, erasureId));
  if (!open?.identifiers) return 0;
  const sought = soughtOf(open.identifiers).filter(({ kind }) => kind === 'address');
  const columns = (await columnsOf(db)).filter(isReplaceable);
  let replaced = 0;
  for (const { column, sought: one } of await lookThrough(db, { columns, sought, erasureId }))
    replaced += await transaction(db, (tx) => replaceIn(tx, column, one));
  return replaced;
}

export function replaceIn(tx: Tx, column: Column, sought: Sought): Promise<number> {
  const [table, name] = [nameSql(column.table), nameSql(column.column)];
  return tx.$executeRaw(
    Prisma.sql`UPDATE ${table} SET ${name} = ${replacedSql(column, sought)} WHERE ${holds(column, sought)}`,
  );
}

/** Whether what stands in the column may be replaced. */
export const isReplaceable = ({ table, type, isKey }: Column): boolean =>
  !isKey && type !== 'uuid' && entryOf(table)?.mentionsStay === undefined;

function replacedSql(column: Column, { pattern }: Sought): Prisma.Sql {
  const replaced = Prisma.sql`regexp_replace(${textOf(column)}, ${pattern}, ${ERASED}, 'gi')`;
  switch (column.type) {
    case 'bytea':
      return column.isNullable ? Prisma.sql`NULL` : Prisma.sql`''::bytea`;
    case 'json':
    case 'jsonb':
      return Prisma.sql`${replaced}::${Prisma.raw(column.type)}`;
    case 'ARRAY':
      return Prisma.sql`${replaced}::text[]`;
    default:
      return replaced;
  }
}

export interface Proving extends ErasureTurn {
  readonly replaced: number;
  readonly histories: ErasureProof['histories'];
}

/**
 * Looks through every column of every table for every spelling of the person, and ends the erasure with what it has found: the record
 * forgets what it has looked for in the same transaction. Proved before: answers that.
 */
export async function proveErasure(db: Db, { erasureId, now, replaced, histories }: Proving): Promise<ErasureRecord> {
  const open = await transaction(db, (tx) => lockOpen(tx, erasureId));
  if (!open) return findErasure(db, erasureId);
  const sought = soughtOf(
    open.identifiers ?? { contactId: open.contactId, formerIds: [], addresses: [], phones: [], name: null },
  );
  const columns = await columnsOf(db);
  const found = await lookThrough(db, { columns, sought, erasureId });
  const standing = found.map(({ where, kind, rows, column }) => ({ where, kind, rows, ...standingOf(column, kind) }));
  const of = (as: Standing['as']): readonly Leftover[] =>
    standing.flatMap((one) => (one.as === as ? [{ where: one.where, kind: one.kind, rows: one.rows }] : []));
  const left = of('left');
  const toJudge: Leftover[] = [];
  for (const { column, sought: one, where, kind, rows } of found)
    if (standingOf(column, kind).as === 'toJudge')
      toJudge.push({ where, kind, rows, ids: await idsOf(db, column, one) });
  const proof: ErasureProof = {
    at: now,
    columns: columns.length,
    tables: new Set(columns.map(({ table }) => table)).size,
    sought: sought.length,
    replaced,
    left: histories.left > 0 ? [...left, { where: 'temporal', kind: 'history', rows: histories.left }] : left,
    toJudge,
    kept: of('kept'),
    recipients: open.identifiers?.recipients ?? [],
    histories,
  };
  return transaction(db, async (tx) => {
    await tx.$executeRaw`
      UPDATE erasure SET status = ${proof.left.length === 0 ? 'done' : 'incomplete'}, ended_at = ${instantParam(now)},
        proof = ${JSON.stringify(proof)}::jsonb, identifiers = NULL, stand_in = NULL, suppressions = '{}'
      WHERE id = ${erasureId}::uuid AND status = 'working'`;
    return findErasure(tx, erasureId);
  });
}

const MOST_IDS = 10;

/** Of some of the rows in which it stands; none where rows have no id of their own, which says nothing about anybody. */
async function idsOf(db: Db, column: Column, sought: Sought): Promise<readonly string[]> {
  const [key] = await db.$queryRaw<{ name: string }[]>`
    SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])
    WHERE i.indrelid = ${nameSql(column.table).sql}::regclass AND i.indisprimary AND array_length(i.indkey::int2[], 1) = 1
      AND a.atttypid IN ('uuid'::regtype, 'int8'::regtype, 'int4'::regtype)`;
  if (!key) return [];
  const id = nameSql(key.name);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT ${id}::text AS id FROM ${nameSql(column.table)} WHERE ${holds(column, sought)} ORDER BY ${id} LIMIT ${MOST_IDS}`;
  return rows.map((row) => row.id);
}

interface Standing {
  readonly as: 'left' | 'toJudge' | 'kept';
}

/** What is found where nobody's rows are, and mentions stay, stays on purpose; a name or a number alone may be another's. */
function standingOf({ table }: Column, kind: string): Standing {
  const entry = entryOf(table);
  if (entry?.mentionsStay !== undefined && entry.belongs.length === 0) return { as: 'kept' };
  return { as: kind === 'name' || kind === 'phone' ? 'toJudge' : 'left' };
}
