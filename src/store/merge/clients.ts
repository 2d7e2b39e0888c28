import { type ClientOfMerge, statusHolder } from '../../domain/identity/merge';
import { Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';
import type { MergeLog, Merging } from './log';

const CLIENT = { table: 'client', key: 'contact_id', type: 'uuid' } as const;

/** Two clients become one: what they bought is summed up, and the status is that of who bought last. */
export async function joinClients(tx: Tx, log: MergeLog, { contactId, mergedId }: Merging): Promise<void> {
  const rows = await tx.$queryRaw<(ClientOfMerge & { readonly contactId: string })[]>`
    SELECT contact_id AS "contactId", status, ${millis(Prisma.sql`status_at`)} AS "statusAt",
      ${millis(Prisma.sql`last_purchase_at`)} AS "lastPurchaseAt"
    FROM client WHERE contact_id IN (${contactId}::uuid, ${mergedId}::uuid)`;
  const own = rows.find((row) => row.contactId === contactId);
  const other = rows.find((row) => row.contactId === mergedId);
  if (!other) return;
  if (!own) {
    await log.move(CLIENT, { column: 'contact_id', from: mergedId, to: contactId });
    return;
  }
  const { status, statusAt } = statusHolder(own, other) === 'survivor' ? own : other;
  await log.changing(
    CLIENT,
    Prisma.sql`t.contact_id = ${contactId}::uuid`,
    () =>
      tx.$executeRaw`
      UPDATE client c SET status = ${status}, status_at = ${new Date(statusAt)}, purchases = c.purchases + o.purchases,
        revenue = c.revenue + o.revenue, first_purchase_at = least(c.first_purchase_at, o.first_purchase_at),
        last_purchase_at = greatest(c.last_purchase_at, o.last_purchase_at)
      FROM client o WHERE c.contact_id = ${contactId}::uuid AND o.contact_id = ${mergedId}::uuid`,
  );
  await log.remove(CLIENT, Prisma.sql`t.contact_id = ${mergedId}::uuid`);
}
