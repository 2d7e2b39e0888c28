import { failure } from '../../domain/errors';
import { type Instant, type Json, newId } from '../../domain/ids';
import { type Db, Prisma, type Tx, transaction } from '../db';
import { millis } from '../fact-columns';

export type ImportKind = 'leads' | 'contacts' | 'purchases' | 'suppressions';
export type ImportStatus = 'running' | 'finished' | 'undoing' | 'undone';

/** One import, as it stands. */
export interface ImportRunRow {
  readonly id: string;
  readonly kind: ImportKind;
  /** Of the mapping. */
  readonly name: string;
  readonly file: string;
  readonly listId: string | null;
  readonly list: string | null;
  readonly status: ImportStatus;
  /** Rows whose outcome is recorded. */
  readonly rowsDone: number;
  readonly report: { readonly [name: string]: Json };
  readonly rejectsFile: string | null;
  readonly rejectsBytes: number;
  readonly at: Instant;
  readonly endedAt: Instant | null;
  readonly undoneAt: Instant | null;
  readonly undone: Json;
}

const COLUMNS = Prisma.sql`r.id, r.kind, r.name, r.file, r.list_id AS "listId", m.name AS list, r.status, r.rows_done AS "rowsDone",
  r.report, r.rejects_file AS "rejectsFile", r.rejects_bytes::float8 AS "rejectsBytes", ${millis(Prisma.sql`r.at`)} AS at,
  ${millis(Prisma.sql`r.ended_at`)} AS "endedAt", ${millis(Prisma.sql`r.undone_at`)} AS "undoneAt", r.undone`;
const SOURCE = Prisma.sql`import_run r LEFT JOIN mailing_list m ON m.id = r.list_id`;

export interface NewRun {
  readonly kind: ImportKind;
  readonly name: string;
  readonly file: string;
  readonly fingerprint: string;
  readonly listId: string | null;
  readonly rejectsFile: string | null;
  readonly at: Instant;
}

/** The import of these bytes that was broken off, to go on with; else a new one. */
export function beginRun(db: Db, run: NewRun): Promise<ImportRunRow> {
  return transaction(db, async (tx) => {
    // whoever begins the same at once goes on with the same
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext(${`import ${run.fingerprint}`}))`;
    const [broken] = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM import_run WHERE fingerprint = ${run.fingerprint} AND status = 'running' ORDER BY at DESC LIMIT 1`;
    const id = broken?.id ?? newId();
    if (broken)
      await tx.$executeRaw`UPDATE import_run SET rejects_file = coalesce(rejects_file, ${run.rejectsFile}) WHERE id = ${id}::uuid`;
    else
      await tx.$executeRaw`
        INSERT INTO import_run (id, kind, name, file, fingerprint, list_id, status, rejects_file, at)
        VALUES (${id}::uuid, ${run.kind}, ${run.name}, ${run.file}, ${run.fingerprint}, ${run.listId}::uuid, 'running',
          ${run.rejectsFile}, ${new Date(run.at)})`;
    return readRun(tx, id);
  });
}

export interface Checkpoint {
  readonly importId: string;
  /** Rows that were done before. */
  readonly from: number;
  readonly rowsDone: number;
  readonly report: object;
  readonly rejectsBytes: number;
}

/** Notes how far an import is, in the transaction that brought it there. Throws VIV_IMPORT_BUSY when another process has gone on with it. */
export async function checkpoint(
  tx: Tx,
  { importId, from, rowsDone, report, rejectsBytes }: Checkpoint,
): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE import_run SET rows_done = ${rowsDone}, report = ${JSON.stringify(report)}::jsonb, rejects_bytes = ${rejectsBytes}::bigint
    WHERE id = ${importId}::uuid AND rows_done = ${from} AND status = 'running'`;
  if (count === 0) throw failure('VIV_IMPORT_BUSY', { id: importId });
}

export interface EndOfRun {
  readonly importId: string;
  readonly report: object;
  /** Null: no row was rejected. */
  readonly rejectsFile: string | null;
  readonly at: Instant;
}

export async function endRun(db: Db, { importId, report, rejectsFile, at }: EndOfRun): Promise<void> {
  await db.$executeRaw`
    UPDATE import_run SET status = 'finished', ended_at = ${new Date(at)}, report = ${JSON.stringify(report)}::jsonb,
      rejects_file = ${rejectsFile}
    WHERE id = ${importId}::uuid AND status = 'running'`;
}

/** Forgets an import that has recorded nothing: there is nothing to look at, to go on with, or to take back. */
export async function forgetRun(db: Db, importId: string): Promise<void> {
  await db.$executeRaw`
    DELETE FROM import_run WHERE id = ${importId}::uuid AND NOT EXISTS (SELECT 1 FROM import_row WHERE import_id = ${importId}::uuid)
      AND coalesce((report->>'imported')::int, 0) + coalesce((report->>'repeated')::int, 0) = 0`;
}

/** One import. Throws VIV_IMPORT_UNKNOWN. */
export async function readRun(db: Db | Tx, id: string): Promise<ImportRunRow> {
  const [run] = await db.$queryRaw<
    ImportRunRow[]
  >`SELECT ${COLUMNS} FROM ${SOURCE} WHERE r.id::text = ${id.toLowerCase()}`;
  if (!run) throw failure('VIV_IMPORT_UNKNOWN', { id });
  return run;
}

/** The newest first. */
export function listRuns(db: Db, most: number): Promise<readonly ImportRunRow[]> {
  return db.$queryRaw<ImportRunRow[]>`SELECT ${COLUMNS} FROM ${SOURCE} ORDER BY r.at DESC, r.id DESC LIMIT ${most}`;
}

/** Whether the database has what this version puts imports on record with. */
export async function hasImports(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ has: boolean }[]>`SELECT to_regclass('import_run') IS NOT NULL AS has`;
  return row?.has === true;
}
