import { failure } from '../domain/errors';
import type { PurchaseRecord } from '../store/purchase-record';
import { toPurchaseLine } from './convert';
import { type ImportRun, rejectRow } from './import-run';
import { inLanes } from './lanes';
import type { PurchasesMap } from './map';
import { type Gathered, Gathering, purchaseOf } from './purchases';
import type { AnyRow, Row } from './rows';
import { identityIn } from './values';
import { attempted, type RowProblem, rowProblem, walk } from './walk';

/** Puts a purchase on record. Throws what concerns it alone as an error of bad input. */
export type RecordPurchase = (purchase: PurchaseRecord) => Promise<{ readonly duplicate: boolean }>;

export interface PurchaseRun extends ImportRun {
  readonly record: RecordPurchase;
}

/** Purchases are recorded so many at once; those of one contact in order. */
export const LANES = 8;

/**
 * Reads all rows before the first purchase is recorded, since any row may belong to any purchase; and reads them once more for
 * the reject file, so that memory holds purchases and not their rows.
 */
export async function importPurchases(run: PurchaseRun, map: PurchasesMap): Promise<void> {
  const { gathering, hasBadRows } = await gather(run, map);
  const refused = new Map<string, RowProblem>();
  await inLanes(gathering.purchases(), {
    lanes: LANES,
    keyOf: ({ contact }) => contact.email.toLowerCase(),
    work: async (purchase) => {
      const problem = await record(run, purchase);
      if (problem) refused.set(purchase.reference, problem);
    },
  });
  if (hasBadRows || refused.size > 0) await reject(run, { map, refused });
}

const stepsOf = async ({ open, limit, now }: ImportRun, map: PurchasesMap) =>
  walk(await open(), { map, limit, convert: (row: Row) => toPurchaseLine(row, map, { now }) });

async function gather(run: ImportRun, map: PurchasesMap) {
  const gathering = new Gathering();
  let hasBadRows = false;
  for await (const step of await stepsOf(run, map)) {
    run.report.count('read');
    if (step.type === 'taken') gathering.add(step.item);
    else if (step.type === 'left out') run.report.leaveOut(step.reason);
    else if (step.type === 'beyond limit') run.report.count('beyondLimit');
    else {
      refuseHidden(step.row, run.file);
      hasBadRows = true;
      const reference = attempted(() => identityIn(step.guess, map.purchase.reference));
      if ('value' in reference) gathering.spoil(reference.value, `its row at line ${step.row.line} is bad`);
    }
  }
  return { gathering, hasBadRows };
}

/** A swallowed row may belong to any purchase, which would be recorded with a wrong sum. */
function refuseHidden(row: AnyRow, file: string): void {
  if (!('hidesRows' in row) || !row.hidesRows) return;
  const problem = `the row at line ${row.line} may have swallowed others: ${row.reason}. Correct it; nothing was imported`;
  throw failure('VIV_CSV_INVALID', { file, problem });
}

/** Undefined: it is on record. */
async function record(
  { report, onProgress, record: put, now }: PurchaseRun,
  purchase: Gathered,
): Promise<RowProblem | undefined> {
  try {
    const { duplicate } = await put({ ...purchaseOf(purchase), now });
    report.count(duplicate ? 'repeated' : 'imported');
    onProgress(1);
    return undefined;
  } catch (error) {
    return rowProblem(error);
  }
}

async function reject(
  run: ImportRun,
  { map, refused }: { readonly map: PurchasesMap; readonly refused: ReadonlyMap<string, RowProblem> },
): Promise<void> {
  for await (const step of await stepsOf(run, map)) {
    const problem = step.type === 'taken' ? refused.get(step.item.reference) : undefined;
    if (step.type === 'bad') rejectRow(run, step.row, step.problem);
    else if (step.type === 'taken' && problem) rejectRow(run, step.row, problem);
  }
}
