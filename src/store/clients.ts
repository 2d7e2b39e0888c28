import type { LifecycleRules } from '../domain/client/rules';
import { type ClientStanding, type StatusAfter, statusAfterPurchase } from '../domain/client/status';
import { failure } from '../domain/errors';
import { type Instant, keyOf, newId } from '../domain/ids';
import type { Tx } from './db';
import { recordDecisions } from './decisions';

export interface NewPurchase {
  readonly contactId: string;
  /** The invoice: it counts once. */
  readonly reference: string;
  /** Money in the company's currency. A return may be told with or without a minus. */
  readonly amount: number;
  readonly isReturn: boolean;
  readonly at: Instant;
}

/**
 * Records one invoice and what it means for the client, under the contact's lock. A return (also a negative amount) lowers the
 * revenue, and is neither a purchase nor recent: it makes nobody a client. A purchase makes a client active, unless it is older
 * than what is known already. Throws VIV_IDEMPOTENCY_CONFLICT when the reference stands for another contact or amount.
 */
export async function applyPurchase(tx: Tx, rules: LifecycleRules, told: NewPurchase): Promise<void> {
  const isReturn = told.isReturn || told.amount < 0;
  const purchase = { ...told, isReturn, amount: isReturn ? -Math.abs(told.amount) : told.amount };
  if (!(await insertPurchase(tx, purchase))) return;
  if (isReturn) return lowerRevenue(tx, purchase);
  const before = await readStanding(tx, purchase.contactId);
  const after = statusAfterPurchase(rules, before, purchase.at);
  await writeClient(tx, purchase, after);
  if (after.status !== before?.status) await decide(tx, purchase, after);
}

async function insertPurchase(tx: Tx, { contactId, reference, amount, isReturn, at }: NewPurchase): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    INSERT INTO purchase (id, contact_id, reference, amount, is_return, at)
    VALUES (${newId()}::uuid, ${contactId}::uuid, ${reference}, ${String(amount)}::numeric, ${isReturn}, ${new Date(at)})
    ON CONFLICT (reference) DO NOTHING`;
  if (inserted === 1) return true;
  const [same] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM purchase WHERE reference = ${reference} AND contact_id = ${contactId}::uuid
      AND amount = round(${String(amount)}::numeric, 2) AND is_return = ${isReturn}`;
  if (!same) throw failure('VIV_IDEMPOTENCY_CONFLICT', { key: reference });
  return false;
}

async function lowerRevenue(tx: Tx, { contactId, amount }: NewPurchase): Promise<void> {
  await tx.$executeRaw`
    UPDATE client SET revenue = revenue + ${String(amount)}::numeric WHERE contact_id = ${contactId}::uuid`;
}

async function readStanding(tx: Tx, contactId: string): Promise<ClientStanding | null> {
  const [client] = await tx.$queryRaw<ClientStanding[]>`
    SELECT status, (extract(epoch FROM status_at) * 1000)::float8 AS "statusAt",
      (extract(epoch FROM last_purchase_at) * 1000)::float8 AS "lastPurchaseAt"
    FROM client WHERE contact_id = ${contactId}::uuid`;
  return client ?? null;
}

/** A new client's row sums up what is on record, since returns may have come before the first purchase. */
async function writeClient(
  tx: Tx,
  { contactId, amount, at }: NewPurchase,
  { status, asOf }: StatusAfter,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO client (contact_id, status, status_at, first_purchase_at, last_purchase_at, purchases, revenue)
    SELECT ${contactId}::uuid, ${status}, ${new Date(asOf)}, ${new Date(at)}, ${new Date(at)}, 1, sum(amount)
    FROM purchase WHERE contact_id = ${contactId}::uuid
    ON CONFLICT (contact_id) DO UPDATE SET status = excluded.status,
      status_at = CASE WHEN client.status = excluded.status THEN client.status_at ELSE excluded.status_at END,
      first_purchase_at = least(client.first_purchase_at, excluded.first_purchase_at),
      last_purchase_at = greatest(client.last_purchase_at, excluded.last_purchase_at),
      purchases = client.purchases + 1, revenue = client.revenue + ${String(amount)}::numeric`;
}

async function decide(
  tx: Tx,
  { contactId, reference }: NewPurchase,
  { status, asOf, reason }: StatusAfter,
): Promise<void> {
  const key = keyOf('client', contactId, 'purchase', reference);
  await recordDecisions(tx, [{ key, contactId, kind: 'client', outcome: status, reason, at: asOf }]);
}
