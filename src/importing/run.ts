import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../domain/canonical-json';
import { failure, ViveiroError } from '../domain/errors';
import type { IdentityRules } from '../domain/identity/rules';
import type { Instant } from '../domain/ids';
import type { Db } from '../store/db';
import { beginRun, endRun, forgetRun, type ImportRunRow } from '../store/imports/runs';
import type { MailingList } from '../store/lists';
import type { TurnDeps } from '../store/turn';
import { importBatches, type Sink } from './batches';
import { columnsIn } from './columns';
import { foretellingSink } from './foretelling-sink';
import { gather } from './gather';
import type { Gathering } from './gathering';
import type { ImportRun } from './import-run';
import type { Inspected } from './inspect';
import { itemOf } from './items';
import type { ContactsMap, ImportMap } from './map';
import { recordingSink } from './recording-sink';
import { refusedBefore } from './refused-before';
import { openRejects, type RejectFile } from './rejects';
import { type ImportCounts, Report, type ShownReject } from './report';
import { openCsv } from './rows';
import type { RowProblem } from './walk';

export interface CheckRequest {
  /** A CSV file with a header row. */
  readonly file: string;
  readonly map: ImportMap;
  /** The first so many rows or contacts, as `map.limitBy` says. */
  readonly limit?: number | undefined;
  /** Where rejected rows go; none: they are counted, and the first ones told. */
  readonly rejectsFile?: string | undefined;
  /** `share`: of the file that was read, 0 to 1. */
  readonly onProgress?: (counts: ImportCounts, share: number) => void;
  /** The time of what has none of its own; what is later has not happened yet, and is refused. */
  readonly now: Instant;
}

export interface ImportRequest extends CheckRequest {
  /** With at least 2 connections. */
  readonly db: Db;
  readonly turn: TurnDeps;
  /** Contacts come with it. */
  readonly list?: MailingList | undefined;
}

export interface ImportResult extends ImportCounts {
  readonly kind: ImportMap['import'];
  /** Null: nothing was recorded. */
  readonly importId: string | null;
  /** Rows that were done before it was broken off. */
  readonly resumedAfter: number;
  /** Whether it was compared with what is on record: a dry run may have no database. */
  readonly isCompared: boolean;
  readonly encoding: Inspected['encoding'];
  readonly delimiter: string;
  /** Columns that the mapping does not name. */
  readonly unmapped: readonly string[];
  /** Null: no row was rejected, or no file was asked for. */
  readonly rejectsFile: string | null;
  /** For a person to look at. */
  readonly firstRejects: readonly ShownReject[];
  readonly rejectsByKind: ReturnType<Report['rejectsByKind']>;
  /** Values that were left out of rows that were taken. */
  readonly warningsByKind: ReturnType<Report['warningsByKind']>;
  readonly changesByField: ReturnType<Report['changesByField']>;
}

/**
 * Imports a CSV file, in batches, each in one transaction with how far the import is: killed, it is done again by the same call and goes on
 * behind the last batch. A bad row ends nothing: it goes to `rejectsFile`. What was recorded before counts as
 * repeated. Throws VIV_FILE_UNREADABLE, VIV_CSV_NOT_TEXT and VIV_CSV_INVALID before anything is recorded, VIV_IMPORT_BUSY, and what another
 * row would meet too (a database that is down).
 */
export async function importFile({ db, turn, list, ...request }: ImportRequest): Promise<ImportResult> {
  const { file, map, now } = request;
  const head = await headOf(request);
  const run = await beginRun(db, {
    kind: map.import,
    name: map.name,
    file: path.basename(file),
    fingerprint: fingerprintOf(request, { sha256: head.inspected.sha256, list }),
    listId: list?.id ?? null,
    rejectsFile: request.rejectsFile === undefined ? null : path.resolve(request.rejectsFile),
    at: now,
  });
  try {
    const result = await recordedRun({ db, turn, list, ...request }, { head, run });
    if (result.imported + result.repeated > 0) return result;
    await forgetRun(db, run.id);
    return { ...result, importId: null };
  } catch (error) {
    if (isOfInput(error)) await forgetRun(db, run.id);
    throw error;
  }
}

/** Another process may be about to record something: then the import is its own. */
const isOfInput = (error: unknown): boolean =>
  error instanceof ViveiroError && error.http < 500 && error.code !== 'VIV_IMPORT_BUSY';

async function recordedRun(
  { db, turn, list, ...request }: ImportRequest,
  { head, run }: { readonly head: Head; readonly run: ImportRunRow },
): Promise<ImportResult> {
  const { map, now } = request;
  const importing = await prepared(request, { head, run });
  const { rowsDone: after } = run;
  const result = await carriedOut(importing, {
    map,
    after,
    country: turn.rules.identity?.defaultCountry,
    sink: recordingSink({ db, turn, map, importId: run.id, list, now, after }),
    refusedOf: (gathering) => refusedBefore(db, turn, { gathering, after, now }),
  });
  const { rejectsFile } = result;
  await endRun(db, { importId: run.id, report: importing.report.counts(), rejectsFile, at: now });
  return { ...result, importId: run.id, resumedAfter: after, isCompared: true };
}

/**
 * What `importFile` would do. Records nothing; writes nothing but the reject file. With a database it is compared with what is on record,
 * which is only read.
 */
export async function checkFile({
  db,
  identity,
  ...request
}: CheckRequest & {
  readonly db?: Db | undefined;
  /** Rules by which contacts are told apart. Absent: `DEFAULT_IDENTITY` holds. */
  readonly identity?: IdentityRules | undefined;
}): Promise<ImportResult> {
  const { map } = request;
  const head = await headOf(request);
  const importing = await prepared(request, { head });
  const sink = foretellingSink({ db, identity, map });
  const country = identity?.defaultCountry;
  const result = await carriedOut(importing, { map, after: 0, country, sink });
  return { ...result, importId: null, resumedAfter: 0, isCompared: db !== undefined };
}

interface Head {
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly inspected: Inspected;
}

/** What stands before the rows. Throws VIV_FILE_UNREADABLE, VIV_CSV_NOT_TEXT and VIV_CSV_INVALID. */
async function headOf({ file, map, rejectsFile }: CheckRequest): Promise<Head> {
  if (rejectsFile !== undefined && path.resolve(rejectsFile) === path.resolve(file))
    throw failure('VIV_FILE_UNWRITABLE', { file, problem: 'it is the file to import' });
  const { delimiter, encoding } = map;
  const csv = await openCsv(file, { delimiter, encoding, needs: columnsIn(map) });
  await csv.close();
  return { columns: csv.columns, delimiter: csv.delimiter, inspected: csv.inspected };
}

/** The columns of a file that has those of the mapping. Throws what `headOf` throws. */
export async function checkHead(file: string, map: ImportMap): Promise<readonly string[]> {
  const { columns } = await headOf({ file, map, now: 0 });
  return columns;
}

/** The same bytes by the same mapping are the same import. */
function fingerprintOf(
  { map, limit }: CheckRequest,
  { sha256, list }: { readonly sha256: string; readonly list: MailingList | undefined },
): string {
  const parts = { sha256, map: JSON.stringify(map), limit: limit ?? null, list: list?.id ?? null };
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}

interface Prepared extends ImportRun {
  readonly head: Head;
  readonly rejectsFile: string | undefined;
}

async function prepared(
  { file, map, limit, rejectsFile: asked, onProgress, now }: CheckRequest,
  { head, run }: { readonly head: Head; readonly run?: ImportRunRow },
): Promise<Prepared> {
  const { columns, delimiter, inspected } = head;
  const report = new Report(run?.report);
  const rejectsFile = asked === undefined ? undefined : (run?.rejectsFile ?? asked);
  const from = Math.min(run?.rejectsBytes ?? 0, rejectsFile === undefined ? 0 : lengthOf(rejectsFile));
  const rejects = rejectsFile === undefined ? undefined : openRejects({ file: rejectsFile, columns, delimiter, from });
  const open = () => openCsv(file, { delimiter, needs: columnsIn(map), inspected });
  const told = (share: number) => onProgress?.(report.counts(), Math.min(1, share));
  return { file, open, limit, now, report, rejects, onProgress: told, head, rejectsFile };
}

/** Zero: it is gone, and begun anew. */
const lengthOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

interface Work {
  readonly map: ImportMap;
  readonly after: number;
  /** Of telephone numbers that do not say theirs. */
  readonly country: string | undefined;
  readonly sink: Sink;
  /** What has become of purchases whose rows were done in part. */
  readonly refusedOf?: (gathering: Gathering) => Promise<ReadonlyMap<string, RowProblem>>;
}

async function carriedOut(
  { head, rejectsFile, ...importing }: Prepared,
  { map, after, country, sink, refusedOf }: Work,
): Promise<Omit<ImportResult, 'importId' | 'resumedAfter' | 'isCompared'>> {
  const { report, rejects, now } = importing;
  try {
    const gathering = map.import === 'purchases' ? await gather(importing, map, { now, country }) : undefined;
    const refused = (gathering && (await refusedOf?.(gathering))) ?? new Map<string, RowProblem>();
    const convert = itemOf(map, { now, country, gathering });
    await importBatches({ ...importing, map, after, sink, convert, refused });
  } finally {
    closed(rejects);
  }
  const counts = report.counts();
  const mapped = new Set(columnsIn(map));
  return {
    kind: map.import,
    ...counts,
    encoding: head.inspected.encoding,
    delimiter: head.delimiter,
    unmapped: head.columns.filter((name) => !mapped.has(name)),
    rejectsFile: counts.rejected > 0 ? (rejectsFile ?? null) : null,
    firstRejects: report.firstRejects(),
    rejectsByKind: report.rejectsByKind(),
    warningsByKind: report.warningsByKind(),
    changesByField: report.changesByField(),
  };
}

const closed = (rejects: RejectFile | undefined): void => rejects?.close();

/** Of the contacts that a mailing list takes. Throws VIV_MAP_INVALID. */
export function contactsMap(map: ImportMap, file: string): ContactsMap {
  if (map.import === 'contacts') return map;
  const problems = `\`import: ${map.import}\` makes more than list entries of its rows; a mailing list takes \`import: contacts\``;
  throw failure('VIV_MAP_INVALID', { file, problems });
}
