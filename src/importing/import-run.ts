import type { Instant } from '../domain/ids';
import type { RejectFile } from './rejects';
import type { Report } from './report';
import type { AnyRow, CsvFile } from './rows';
import type { RowProblem } from './walk';

/** What every kind of import works with. */
export interface ImportRun {
  readonly file: string;
  /** Reads the file from its beginning. */
  readonly open: () => Promise<CsvFile>;
  readonly limit: number | undefined;
  readonly now: Instant;
  readonly report: Report;
  readonly rejects: RejectFile | undefined;
  /** Called after each row or batch, with the share of the file that was read (0 to 1). */
  readonly onProgress: (share: number) => void;
}

/** Counts a row that is not imported, and keeps it for whoever corrects it. */
export function rejectRow(
  { report, rejects }: Pick<ImportRun, 'report' | 'rejects'>,
  row: AnyRow,
  problem: RowProblem,
): void {
  report.reject(row.line, problem);
  rejects?.add({ line: row.line, row: row.ownNumber, original: row.original, ...problem });
}
