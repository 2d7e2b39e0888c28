import type { Instant } from '../domain/ids';
import type { Db } from '../store/db';
import { judgePurchases } from '../store/imports/purchases';
import type { TurnDeps } from '../store/turn';
import { type Gathering, purchaseOf } from './gathering';
import { NOT_HELD } from './recording-sink';
import { attempted, type RowProblem, rowProblem } from './walk';

export interface BrokenOff {
  readonly gathering: Gathering;
  /** The last row that was done. */
  readonly after: number;
  readonly now: Instant;
}

const PAGE = 500;

/**
 * Of an import of purchases that goes on: those whose first rows were done and others were not, as far as they were refused; their other rows
 * are refused, too.
 */
export async function refusedBefore(
  db: Db,
  { rules }: TurnDeps,
  { gathering, after, now }: BrokenOff,
): Promise<ReadonlyMap<string, RowProblem>> {
  const cut = [...gathering.purchases()].flatMap((one) => {
    const sum = one.first <= after && one.last > after ? attempted(() => purchaseOf(one)) : undefined;
    return sum && 'value' in sum ? [{ ...sum.value, now }] : []; // what is worthless as a whole is refused row by row
  });
  const refused = new Map<string, RowProblem>();
  for (let start = 0; start < cut.length; start += PAGE) {
    const page = cut.slice(start, start + PAGE);
    const verdicts = await judgePurchases(db, rules.identity, page);
    for (const [index, { reference }] of page.entries()) {
      const verdict = verdicts[index];
      if (verdict === 'new') refused.set(reference, { code: 'VIV_ROW_INVALID', reason: NOT_HELD });
      else if (verdict && verdict !== 'recorded') refused.set(reference, rowProblem(verdict));
    }
  }
  return refused;
}
