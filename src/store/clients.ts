import type { LifecycleRules } from '../domain/client/rules';
import { type ClientStanding, type StatusAfter, statusAfterPurchase } from '../domain/client/status';
import type { Decision } from '../domain/decision';
import { failure } from '../domain/errors';
import { type Instant, keyOf, newId } from '../domain/ids';
import { Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';

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
export const applyPurchase = (tx: Tx, rules: LifecycleRules, told: NewPurchase): Promise<void> =>
  applyPurchases(tx, rules, [told]);

/** The same of many invoices, at most one of each contact, in up to four statements. */
export async function applyPurchases(tx: Tx, rules: LifecycleRules, told: readonly NewPurchase[]): Promise<void> {
  const fresh = await insertPurchases(tx, told.map(signed));
  const returned = fresh.filter(({ isReturn }) => isReturn);
  if (returned.length > 0) await lowerRevenues(tx, returned);
  const bought = fresh.filter(({ isReturn }) => !isReturn);
  if (bought.length === 0) return;
  const before = await readStandings(
    tx,
    bought.map(({ contactId }) => contactId),
  );
  const judged = bought.map((purchase): Judged => {
    const standing = before.get(purchase.contactId) ?? null;
    const after = statusAfterPurchase(rules, standing, purchase.at);
    return { purchase, after, isOther: after.status !== standing?.status };
  });
  await writeClients(tx, judged);
  await recordDecisions(tx, judged.filter(({ isOther }) => isOther).map(decisionOf));
}

interface Judged {
  readonly purchase: NewPurchase;
  readonly after: StatusAfter;
  /** The status changes. */
  readonly isOther: boolean;
}

function signed(told: NewPurchase): NewPurchase {
  const isReturn = told.isReturn || told.amount < 0;
  return { ...told, isReturn, amount: isReturn ? -Math.abs(told.amount) : told.amount };
}

/** Rows in JSON: `amount` as text, so that no digit is lost. */
const rowOf = ({ contactId, reference, amount, isReturn, at }: NewPurchase) => ({
  contact_id: contactId,
  reference,
  amount: String(amount),
  is_return: isReturn,
  at: new Date(at).toISOString(),
});
const ROW = Prisma.sql`contact_id uuid, reference text, amount numeric, is_return boolean, at timestamptz`;

/** Those that were not there before. */
async function insertPurchases(tx: Tx, purchases: readonly NewPurchase[]): Promise<readonly NewPurchase[]> {
  const rows = purchases.map((purchase) => ({ id: newId(), ...rowOf(purchase) }));
  const inserted = await tx.$queryRaw<{ reference: string }[]>`
    INSERT INTO purchase (id, contact_id, reference, amount, is_return, at)
    SELECT id, contact_id, reference, amount, is_return, at FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, ${ROW})
    ON CONFLICT (reference) DO NOTHING RETURNING reference`;
  const references = new Set(inserted.map(({ reference }) => reference));
  for (const purchase of purchases) if (!references.has(purchase.reference)) await refuseOther(tx, purchase);
  return purchases.filter(({ reference }) => references.has(reference));
}

async function refuseOther(tx: Tx, { contactId, reference, amount, isReturn }: NewPurchase): Promise<void> {
  const [same] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM purchase WHERE reference = ${reference} AND contact_id = ${contactId}::uuid
      AND amount = round(${String(amount)}::numeric, 2) AND is_return = ${isReturn}`;
  if (!same) throw failure('VIV_IDEMPOTENCY_CONFLICT', { key: reference });
}

async function lowerRevenues(tx: Tx, returned: readonly NewPurchase[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE client SET revenue = revenue + r.amount
    FROM json_to_recordset(${JSON.stringify(returned.map(rowOf))}::json) AS r(${ROW}) WHERE client.contact_id = r.contact_id`;
}

async function readStandings(tx: Tx, contactIds: readonly string[]): Promise<ReadonlyMap<string, ClientStanding>> {
  const rows = await tx.$queryRaw<(ClientStanding & { readonly contactId: string })[]>`
    SELECT contact_id AS "contactId", status, ${millis(Prisma.sql`status_at`)} AS "statusAt",
      ${millis(Prisma.sql`last_purchase_at`)} AS "lastPurchaseAt"
    FROM client WHERE contact_id = ANY(${[...contactIds]}::uuid[])`;
  return new Map(rows.map((row) => [row.contactId, row]));
}

/** A new client's row sums up what is on record, since returns may have come before the first purchase. */
async function writeClients(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const rows = judged.map(({ purchase, after: { status, asOf } }) => ({
    ...rowOf(purchase),
    status,
    as_of: new Date(asOf).toISOString(),
  }));
  await tx.$executeRaw`
    INSERT INTO client (contact_id, status, status_at, first_purchase_at, last_purchase_at, purchases, revenue)
    SELECT r.contact_id, r.status, r.as_of, r.at, r.at, 1,
      coalesce(k.revenue + r.amount, (SELECT sum(p.amount) FROM purchase p WHERE p.contact_id = r.contact_id))
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(${ROW}, status text, as_of timestamptz)
    LEFT JOIN client k ON k.contact_id = r.contact_id
    ON CONFLICT (contact_id) DO UPDATE SET status = excluded.status,
      status_at = CASE WHEN client.status = excluded.status THEN client.status_at ELSE excluded.status_at END,
      first_purchase_at = least(client.first_purchase_at, excluded.first_purchase_at),
      last_purchase_at = greatest(client.last_purchase_at, excluded.last_purchase_at),
      purchases = client.purchases + 1, revenue = excluded.revenue`;
}

/** The key of the decision that a purchase has brought about. */
export const purchaseDecisionKey = (contactId: string, reference: string): string =>
  keyOf('client', contactId, 'purchase', reference);

function decisionOf({ purchase: { contactId, reference }, after: { status, asOf, reason } }: Judged): Decision {
  const key = purchaseDecisionKey(contactId, reference);
  return { key, contactId, kind: 'client', outcome: status, reason, at: asOf };
}
