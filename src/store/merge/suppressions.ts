import { addressHashSql, isAbout } from '../address-sql';
import { Prisma, type Tx } from '../db';
import { OF_MAILBOX } from '../suppressions';
import type { Merging } from './log';

/**
 * What is known against mail to the one person holds at the addresses of both, for as long as they are one. What a server has said of a
 * mailbox (bounces) stays with that. Answers how many more the address of who stays has.
 */
export async function carrySuppressions(
  tx: Tx,
  { mergeId }: Merging,
  { own, other }: { readonly own: string; readonly other: string },
): Promise<number> {
  await carry(tx, mergeId, { from: own, to: other });
  return carry(tx, mergeId, { from: other, to: own });
}

function carry(tx: Tx, mergeId: string, o: { readonly from: string; readonly to: string }): Promise<number> {
  const [to, from] = [Prisma.sql`lower(${o.to}::text)`, Prisma.sql`lower(${o.from}::text)`];
  return tx.$executeRaw`
    INSERT INTO suppression (email, hash, scope, reason, at, import_id, merge_id)
    SELECT ${to}, ${addressHashSql(tx, to)}, scope, reason, at, import_id, ${mergeId}::uuid FROM suppression
    WHERE ${isAbout(tx, from)} AND reason <> ALL(${[...OF_MAILBOX]}::text[])
    ON CONFLICT DO NOTHING`;
}

/** What only the merge has brought, and nobody has said again since. */
export async function releaseSuppressions(tx: Tx, mergeId: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM suppression WHERE merge_id = ${mergeId}::uuid`;
}
