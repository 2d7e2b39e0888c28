import { failure } from '../domain/errors';
import { type Conversion, toPurchaseLine } from './convert';
import { Gathering } from './gathering';
import type { ImportRun } from './import-run';
import type { PurchasesMap } from './map';
import type { AnyRow } from './rows';
import { identityIn } from './values';
import { attempted, walk } from './walk';

/**
 * Reads all rows of a file of purchases before the first is recorded, since any row may belong to any purchase. Throws VIV_CSV_INVALID when
 * a row may have swallowed others.
 */
export async function gather(
  { open, limit, file }: Pick<ImportRun, 'open' | 'limit' | 'file'>,
  map: PurchasesMap,
  { now, country }: Conversion,
): Promise<Gathering> {
  const gathering = new Gathering();
  for await (const step of walk(await open(), {
    map,
    limit,
    convert: (row) => toPurchaseLine(row, map, { now, country }),
  })) {
    if (step.type === 'taken') gathering.add(step.item, step.number);
    if (step.type !== 'bad') continue;
    refuseHidden(step.row, file);
    const reference = attempted(() => identityIn(step.guess, map.purchase.reference));
    if ('value' in reference) gathering.spoil(reference.value, `its row at line ${step.row.line} is bad`);
  }
  return gathering;
}

/** A swallowed row may belong to any purchase, which would be recorded with a wrong sum. */
function refuseHidden(row: AnyRow, file: string): void {
  if (!('hidesRows' in row) || !row.hidesRows) return;
  const problem = `the row at line ${row.line} may have swallowed others: ${row.reason}. Correct it; nothing was imported`;
  throw failure('VIV_CSV_INVALID', { file, problem });
}
