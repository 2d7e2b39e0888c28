import path from 'node:path';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Db } from '../store/db';
import { recordPurchase } from '../store/purchase-record';
import { register } from '../store/registration';
import type { TurnDeps } from '../store/turn';
import { columnsIn } from './columns';
import { importLeads } from './import-leads';
import { importPurchases } from './import-purchases';
import type { ImportRun, Recorder } from './import-run';
import type { ImportMap } from './map';
import { openRejects } from './rejects';
import { openCsv } from './rows';
import { type ImportCounts, type ShownReject, Tally } from './tally';

export interface CheckRequest {
  /** A CSV file in UTF-8 with a header row. */
  readonly file: string;
  readonly map: ImportMap;
  /** The first so many rows or contacts, as `map.limitBy` says. */
  readonly limit?: number;
  /** Where rejected rows go; none: they are counted, and the first ones told. */
  readonly rejectsFile?: string;
  readonly onProgress?: (counts: ImportCounts) => void;
  /** The time of what has none of its own; what is later has not happened yet, and is refused. */
  readonly now: Instant;
}

export interface ImportRequest extends CheckRequest {
  /** With at least 8 connections, which is how many rows are recorded at once. */
  readonly db: Db;
  readonly turn: TurnDeps;
}

export interface ImportResult extends ImportCounts {
  readonly kind: ImportMap['import'];
  /** Null: no row was rejected, or no file was asked for. */
  readonly rejectsFile: string | null;
  /** For a person to look at. */
  readonly firstRejects: readonly ShownReject[];
}

/**
 * Imports a CSV file, each lead or purchase in its own transaction; the same one again counts as repeated. A bad row ends
 * nothing: it goes to `rejectsFile`. Throws VIV_FILE_UNREADABLE and VIV_CSV_INVALID before anything is recorded, and what
 * another row would meet too (a database that is down): a second import goes on from there.
 */
export function importFile({ db, turn, ...request }: ImportRequest): Promise<ImportResult> {
  return run(request, {
    lead: (registration) => register(db, turn, registration),
    purchase: (purchase) => recordPurchase(db, turn, purchase),
  });
}

/** What `importFile` would do, as far as the file and the mapping tell. Records nothing. */
export function checkFile(request: CheckRequest): Promise<ImportResult> {
  const seen = new Set<string>();
  const isRepeated = (key: string) => seen.size === seen.add(key).size;
  return run(request, {
    lead: async ({ idempotencyKey }) => ({ duplicate: isRepeated(idempotencyKey) }),
    purchase: async ({ reference }) => ({ duplicate: isRepeated(reference) }),
  });
}

const optionsOf = (map: ImportMap) => ({ delimiter: map.delimiter, needs: columnsIn(map) });

/** The columns of a file that has those of the mapping. Throws VIV_FILE_UNREADABLE and VIV_CSV_INVALID. */
export async function checkHead(file: string, map: ImportMap): Promise<readonly string[]> {
  const { columns, close } = await openCsv(file, optionsOf(map));
  await close();
  return columns;
}

async function run(request: CheckRequest, recorder: Recorder): Promise<ImportResult> {
  const { file, map, limit, rejectsFile, onProgress, now } = request;
  if (rejectsFile !== undefined && path.resolve(rejectsFile) === path.resolve(file))
    throw failure('VIV_FILE_UNWRITABLE', { file, problem: 'it is the file to import' });
  const open = () => openCsv(file, optionsOf(map));
  const columns = await checkHead(file, map);
  const rejects =
    rejectsFile === undefined ? undefined : openRejects({ file: rejectsFile, columns, delimiter: map.delimiter });
  const tally = new Tally(rejects, onProgress);
  const importing: ImportRun = { file, open, limit, now, tally, recorder };
  try {
    if (map.import === 'leads') await importLeads(importing, map);
    else await importPurchases(importing, map);
  } finally {
    rejects?.close();
  }
  const counts = tally.counts();
  const written = counts.rejected > 0 ? (rejectsFile ?? null) : null;
  return { kind: map.import, ...counts, rejectsFile: written, firstRejects: tally.firstRejects() };
}

export { LANES } from './import-run';
