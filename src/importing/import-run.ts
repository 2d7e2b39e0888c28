import type { Instant } from '../domain/ids';
import type { PurchaseRecord } from '../store/purchase-record';
import type { Registration } from '../store/registration';
import type { CsvFile } from './rows';
import type { Tally } from './tally';

/** Puts what a row or purchase says on record. Throws what concerns it alone as an error of bad input. */
export interface Recorder {
  lead(registration: Registration): Promise<{ readonly duplicate: boolean }>;
  purchase(purchase: PurchaseRecord): Promise<{ readonly duplicate: boolean }>;
}

/** What both kinds of import work with. */
export interface ImportRun {
  readonly file: string;
  /** Reads the file from its beginning. */
  readonly open: () => Promise<CsvFile>;
  readonly limit: number | undefined;
  readonly now: Instant;
  readonly tally: Tally;
  readonly recorder: Recorder;
}

/** Rows are recorded so many at once; those of one contact in order. */
export const LANES = 8;
