import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
import { findByAddress } from './addresses';
import { type ContactInput, upsertContact } from './contacts';
import { type Db, type Tx, transaction } from './db';
import { refit } from './fit';
import { type Ingested, ingestIn } from './ingest';
import type { TurnDeps } from './turn';

/** A purchase or a return as another system tells of it. */
export interface PurchaseRecord {
  readonly contact: Omit<ContactInput, 'at'>;
  /** The invoice: it counts once, whether it comes by file or by API. */
  readonly reference: string;
  /** Money, without a sign. */
  readonly amount: number;
  readonly isReturn: boolean;
  readonly at: Instant;
  /** When it is told: what is judged by the contact's attributes is judged as of then. */
  readonly now: Instant;
}

/**
 * Puts the contact and its purchase on record, in one transaction. One that came before changes nothing, the contact neither.
 * Throws VIV_IDEMPOTENCY_CONFLICT when the reference stands for another contact or amount.
 */
export function recordPurchase(db: Db, deps: TurnDeps, purchase: PurchaseRecord): Promise<Ingested> {
  const { reference, amount, isReturn, at } = purchase;
  const idempotencyKey = keyOf('purchase', reference);
  return transaction(db, async (tx) =>
    ingestIn(tx, deps, {
      type: isReturn ? EVENTS.purchaseReturned : EVENTS.purchase,
      contactId: await contactFor(tx, deps, { purchase, idempotencyKey }),
      at,
      idempotencyKey,
      properties: { reference, amount },
    }),
  );
}

interface Keyed {
  readonly purchase: PurchaseRecord;
  readonly idempotencyKey: string;
}

async function contactFor(tx: Tx, { rules }: TurnDeps, { purchase, idempotencyKey }: Keyed): Promise<string> {
  const { contact, at, now, reference } = purchase;
  const [earlier] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM interaction WHERE idempotency_key = ${idempotencyKey}`;
  if (!earlier) {
    const { id: contactId, created } = await upsertContact(tx, { ...contact, at }, rules);
    if (!created) await refit(tx, rules.scoring, { contactId, at: now });
    return contactId;
  }
  const known = await findByAddress(tx, contact.email, rules.identity);
  if (known === undefined) throw failure('VIV_IDEMPOTENCY_CONFLICT', { key: reference });
  return known;
}
