import { type LeadOfMerge, mergedLead } from '../../domain/identity/merge';
import { Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';
import type { MergeLog, Merging } from './log';
import { LEAD_TABLES } from './tables';

const LEAD = { table: 'lead', key: 'id', type: 'uuid' } as const;

interface Row extends Omit<LeadOfMerge, 'interest'> {
  readonly id: string;
  readonly contactId: string;
  readonly offer: string;
  readonly points: number;
  readonly interestAt: number;
}

/** Two leads in the same offer become one, which all that was of the other is of. Answers how many did. */
export async function joinLeads(tx: Tx, log: MergeLog, o: Merging & { readonly halfLife: number }): Promise<number> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT id, contact_id AS "contactId", offer, stage, temperature, source, campaign, interest AS points,
      ${millis(Prisma.sql`interest_at`)} AS "interestAt", ${millis(Prisma.sql`mql_at`)} AS "mqlAt",
      ${millis(Prisma.sql`created_at`)} AS "createdAt"
    FROM lead WHERE contact_id IN (${o.contactId}::uuid, ${o.mergedId}::uuid) ORDER BY id`;
  const own = new Map(rows.filter(({ contactId }) => contactId === o.contactId).map((row) => [row.offer, row]));
  let joined = 0;
  for (const other of rows.filter(({ contactId }) => contactId === o.mergedId)) {
    const lead = own.get(other.offer);
    if (!lead) continue;
    await joinLead(tx, log, { lead, other, halfLife: o.halfLife });
    joined += 1;
  }
  return joined;
}

interface Pair {
  readonly lead: Row;
  readonly other: Row;
  readonly halfLife: number;
}

const ofMerge = ({ points, interestAt, ...row }: Row): LeadOfMerge => ({
  ...row,
  interest: { points, at: interestAt },
});

/** Entries of fit stay with the lead that is gone: the fit of the one that stays is judged anew. */
async function joinLead(tx: Tx, log: MergeLog, { lead, other, halfLife }: Pair): Promise<void> {
  for (const table of LEAD_TABLES) {
    const where = table.table === 'score_entry' ? Prisma.sql`t.kind = 'interest'` : Prisma.sql`true`;
    await log.move(table, { column: 'lead_id', from: other.id, to: lead.id, where });
  }
  await log.remove(LEAD, Prisma.sql`t.id = ${other.id}::uuid`);
  const { source, campaign, stage, temperature, interest, mqlAt, createdAt } = mergedLead(
    ofMerge(lead),
    ofMerge(other),
    halfLife,
  );
  await log.changing(
    LEAD,
    Prisma.sql`t.id = ${lead.id}::uuid`,
    () =>
      tx.$executeRaw`
      UPDATE lead SET source = ${source}, campaign = ${campaign}, stage = ${stage}, temperature = ${temperature},
        interest = ${interest.points}, interest_at = ${new Date(interest.at)}, created_at = ${new Date(createdAt)},
        mql_at = ${mqlAt === null ? null : new Date(mqlAt)} WHERE id = ${lead.id}::uuid`,
  );
}
