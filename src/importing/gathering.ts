import { type Conversion, type PurchaseLine, toPurchaseLine } from './convert';
import type { PurchasesMap } from './map';
import type { Row } from './rows';
import { wrongRow } from './values';

/** A purchase as far as its lines have been read. */
export interface Gathered extends PurchaseLine {
  /** Numbers of its first and its last row. */
  readonly first: number;
  readonly last: number;
  /** The first thing that makes it worthless as a whole. */
  readonly problem?: string;
}

/**
 * Gathers lines into purchases by their reference, in the order of first lines. Memory grows with purchases, not with lines.
 * A purchase of which one line is bad is bad as a whole: it counts once, so a wrong sum would stay.
 */
export class Gathering {
  readonly #purchases = new Map<string, Gathered>();
  readonly #broken = new Map<string, string>();

  /** Rows come in the order of the file. */
  add(line: PurchaseLine, number: number): void {
    const before = this.#purchases.get(line.reference);
    const after = before ? together(before, line) : { ...line, first: number };
    this.#purchases.set(line.reference, { ...after, last: number });
  }

  /** Marks the purchase of a bad line, whether its other lines came before or are still to come. */
  spoil(reference: string, problem: string): void {
    if (!this.#broken.has(reference)) this.#broken.set(reference, problem);
  }

  *purchases(): Generator<Gathered> {
    for (const purchase of this.#purchases.values()) yield this.#whole(purchase);
  }

  /** The purchase of one of its rows, as it is recorded. Throws VIV_ROW_INVALID, for each of them, where it is worthless as a whole. */
  ofRow(row: Row, map: PurchasesMap, conversion: Conversion): PurchaseLine & Pick<Gathered, 'first'> {
    const line = toPurchaseLine(row, map, conversion);
    const purchase = this.#whole(
      this.#purchases.get(line.reference) ?? { ...line, first: row.number, last: row.number },
    );
    return { ...purchaseOf(purchase), first: purchase.first };
  }

  #whole(purchase: Gathered): Gathered {
    return { ...purchase, problem: this.#broken.get(purchase.reference) ?? purchase.problem };
  }
}

function together(before: Gathered, line: PurchaseLine): Omit<Gathered, 'last'> {
  const isSameContact = before.contact.email.toLowerCase() === line.contact.email.toLowerCase();
  const problem = isSameContact
    ? undefined
    : `its rows name two contacts: ${before.contact.email}, ${line.contact.email}`;
  const mixed = before.isReturn === line.isReturn ? undefined : 'some of its rows are a return, and others are not';
  return {
    ...before,
    amount: before.amount + line.amount,
    at: Math.min(before.at, line.at),
    problem: before.problem ?? problem ?? mixed,
  };
}

/** What is recorded of a gathered purchase: its sum in whole cents, at the time of its earliest line. Throws VIV_ROW_INVALID. */
export function purchaseOf({ problem, first: _first, last: _last, ...sum }: Gathered): PurchaseLine {
  if (problem !== undefined) throw wrongRow(`the purchase ${sum.reference} is not imported: ${problem}`);
  const cents = Math.round((sum.isReturn ? Math.abs(sum.amount) : sum.amount) * 100);
  if (cents < 0)
    throw wrongRow(
      `the purchase ${sum.reference} sums up to ${cents / 100}; a mapping says with isReturn which are returns`,
    );
  if (cents > MOST_CENTS) throw wrongRow(`the purchase ${sum.reference} sums up to ${cents / 100}, more than can be`);
  return { ...sum, amount: cents / 100 };
}

const MOST_CENTS = 1e14;
