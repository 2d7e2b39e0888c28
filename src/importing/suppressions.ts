import { emailField, text } from '../api/contract/common';
import { type SuppressionScope, scopeSchema } from '../domain/consent/scope';
import { type Instant, newId } from '../domain/ids';
import type { Db } from '../store/db';
import { addressOf, beginImport, endImport, type ImportedSuppression, insertImported } from '../store/suppression-list';
import { restored } from './formulas';
import { openRejects } from './rejects';
import { type AnyRow, openCsv } from './rows';

export interface SuppressionImport {
  readonly file: string;
  readonly delimiter: string;
  /** Of rows that name none. */
  readonly scope: SuppressionScope;
  /** Where bad rows go. */
  readonly rejectsFile: string;
  readonly now: Instant;
}

export interface SuppressionsImported {
  /** Null: nothing was written. */
  readonly importId: string | null;
  /** Of a dry run: those that would be looked at. */
  readonly added: number;
  /** They were suppressed already. */
  readonly repeated: number;
  readonly rejected: number;
  /** The first ones. */
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

const BATCH = 1_000;
const MOST_SHOWN = 20;
const ADDRESS = 'address';

/**
 * Reads a CSV file of addresses or hashes (column `address`; `scope` and `reason` if there are such) and suppresses them. Bad rows
 * go to the reject file, with line and reason. Without a database nothing is written but that. Throws VIV_FILE_UNREADABLE and
 * VIV_CSV_INVALID.
 */
export async function importSuppressions(db: Db | undefined, asked: SuppressionImport): Promise<SuppressionsImported> {
  const { file, delimiter, rejectsFile, now, scope } = asked;
  const csv = await openCsv(file, { delimiter, needs: [ADDRESS] });
  const rejects = openRejects({ file: rejectsFile, columns: csv.columns, delimiter });
  const importId = db ? newId() : null;
  if (db && importId) await beginImport(db, { id: importId, file, scope, at: now });
  const problems: { line: number; reason: string }[] = [];
  const count = { added: 0, repeated: 0, rejected: 0 };
  const write = async (rows: readonly ImportedSuppression[]) => {
    const added = db && importId ? await insertImported(db, rows, { importId, at: now }) : rows.length;
    count.added += added;
    count.repeated += rows.length - added;
  };
  let batch: ImportedSuppression[] = [];
  try {
    for await (const row of csv.rows) {
      const read = suppressionIn(row, scope);
      if ('reason' in read && 'code' in read) {
        count.rejected += 1;
        if (problems.length < MOST_SHOWN) problems.push({ line: row.line, reason: read.reason });
        rejects.add({
          line: row.line,
          row: row.ownNumber,
          code: read.code,
          reason: read.reason,
          original: row.original,
        });
        continue;
      }
      batch.push(read);
      if (batch.length < BATCH) continue;
      await write(batch);
      batch = [];
    }
    await write(batch);
  } finally {
    rejects.close();
    await csv.close();
    if (db && importId) await endImport(db, { id: importId, ...count });
  }
  return { importId, ...count, problems };
}

type Bad = { readonly code: 'VIV_ROW_INVALID'; readonly reason: string };
const bad = (reason: string): Bad => ({ code: 'VIV_ROW_INVALID', reason });

function suppressionIn(row: AnyRow, otherwise: SuppressionScope): ImportedSuppression | Bad {
  if (!('cells' in row)) return bad(row.reason);
  const address = addressOf(restored(row.cells.get(ADDRESS) ?? ''));
  if ('email' in address && !emailField.safeParse(address.email).success)
    return bad(
      `"${address.email.slice(0, 100)}" is neither an e-mail address nor a hash of one (64 hexadecimal digits)`,
    );
  const scope = scopeSchema.safeParse(row.cells.get('scope')?.trim() || otherwise);
  if (!scope.success) return bad(`the scope is ${scope.error.issues[0]?.message}`);
  const reason = row.cells.get('reason')?.trim() || 'imported';
  if (!text(60).safeParse(reason).success)
    return bad('the reason has more than 60 letters, or some that cannot be kept');
  return { address, scope: scope.data, reason };
}
