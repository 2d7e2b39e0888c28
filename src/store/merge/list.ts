import type { Instant } from '../../domain/ids';
import { type Db, Prisma } from '../db';
import { millis } from '../fact-columns';

export interface MergeListed {
  readonly id: string;
  /** Address of who stays. */
  readonly contact: string;
  readonly mergedId: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
  readonly undoneAt: Instant | null;
}

/** The newest first. */
export function listMerges(db: Db, { most }: { readonly most: number }): Promise<readonly MergeListed[]> {
  return db.$queryRaw<MergeListed[]>`
    SELECT m.id, c.email AS contact, m.merged_id AS "mergedId", m.reason, m.by, ${millis(Prisma.sql`m.at`)} AS at,
      ${millis(Prisma.sql`m.undone_at`)} AS "undoneAt"
    FROM contact_merge m JOIN contact c ON c.id = m.contact_id ORDER BY m.id DESC LIMIT ${most}`;
}

export interface PossibleDuplicate {
  /** Who has been on record for longer. */
  readonly contact: string;
  readonly other: string;
  readonly reason: 'same address by the rules' | 'same name and telephone';
}

/** Two contacts that may be one person: by the rules of addresses, or by name and telephone (an attribute `phone`). */
export async function possibleDuplicates(
  db: Db,
  { most }: { readonly most: number },
): Promise<readonly PossibleDuplicate[]> {
  return db.$queryRaw<PossibleDuplicate[]>`
    WITH same AS (
      SELECT least(a.contact_id, h.contact_id) AS one, greatest(a.contact_id, h.contact_id) AS two, 'same address by the rules' AS reason
      FROM contact_address a JOIN contact_address h ON h.key = a.home AND h.contact_id <> a.contact_id
      UNION SELECT x.id, y.id, 'same name and telephone' FROM contact x JOIN contact y ON x.id < y.id
        AND lower(trim(x.name)) = lower(trim(y.name)) AND x.attributes->>'phone' = y.attributes->>'phone'
      WHERE trim(x.name) <> '' AND x.attributes->>'phone' <> '')
    SELECT DISTINCT ON (one, two) c.email AS contact, o.email AS other, reason
    FROM same JOIN contact c ON c.id = one JOIN contact o ON o.id = two ORDER BY one, two, reason LIMIT ${most}`;
}
