import type { PurchaseRecord } from '../store/purchase-record';
import type { PurchaseLine } from './convert';
import { wrongRow } from './values';

/** A purchase as far as its lines have been read. */
export interface Gathered extends PurchaseLine {
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

  add(line: PurchaseLine): void {
    const before = this.#purchases.get(line.reference);
    this.#purchases.set(line.reference, before ? together(before, line) : line);
  }

  /** Marks the purchase of a bad line, whether its other lines came before or are still to come. */
  spoil(reference: string, problem: string): void {
    if (!this.#broken.has(reference)) this.#broken.set(reference, problem);
  }

  *purchases(): Generator<Gathered> {
    for (const purchase of this.#purchases.values())
      yield { ...purchase, problem: this.#broken.get(purchase.reference) ?? purchase.problem };
  }
}

function together(before: Gathered, line: PurchaseLine): Gathered {
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
export function purchaseOf({ problem, ...sum }: Gathered): Omit<PurchaseRecord, 'now'> {
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
