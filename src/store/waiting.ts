import type { Instant } from '../domain/ids';
import type { Db, Tx } from './db';
import { Prisma } from './db';
import { millis } from './fact-columns';
import type { Parent } from './journeys';

/** What a waiting entry enters with, once it may. Plain JSON, written by this file alone. */
export interface WaitingEntry {
  readonly origin: string;
  readonly cause: string;
  readonly entrySeq?: number;
  readonly key?: string;
  readonly via?: 'on' | 'when' | 'date' | 'hand';
  readonly parent?: Parent;
}

/** Who waits to enter a sequence. */
export interface Waiting {
  /** Id of the journey that it would be. */
  readonly id: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly sequence: string;
  /** The group whose journey is under way; null: it waits for a day with room. */
  readonly group: string | null;
  /** The highest is admitted first, of these the oldest. */
  readonly priority: number;
  readonly entry: WaitingEntry;
  readonly reason: string;
  readonly since: Instant;
  /** Then it waits no longer; null: as long as it takes. */
  readonly until: Instant | null;
}

const COLUMNS = Prisma.sql`w.id, w.contact_id AS "contactId", w.lead_id AS "leadId", w.sequence, w."group", w.priority, w.entry, w.reason,
  ${millis(Prisma.sql`w.since`)} AS since, ${millis(Prisma.sql`w.until`)} AS until`;

export async function insertWaiting(tx: Tx, waiting: Waiting): Promise<void> {
  const { id, contactId, leadId, sequence, group, priority, entry, reason, since, until } = waiting;
  await tx.$executeRaw`
    INSERT INTO waiting (id, contact_id, lead_id, sequence, "group", priority, entry, reason, since, until)
    VALUES (${id}::uuid, ${contactId}::uuid, ${leadId}::uuid, ${sequence}, ${group}, ${priority},
      ${JSON.stringify(entry)}::jsonb, ${reason}, ${new Date(since)}, ${until === null ? null : new Date(until)})`;
}

/** Takes out the entry of the contact that is the group's next: the highest priority, then the oldest; undefined: nobody waits. */
export async function takeNext(
  tx: Tx,
  { contactId, group }: { readonly contactId: string; readonly group: string },
): Promise<Waiting | undefined> {
  const [next] = await tx.$queryRaw<Waiting[]>`
    DELETE FROM waiting w WHERE w.id = (
      SELECT id FROM waiting WHERE contact_id = ${contactId}::uuid AND "group" = ${group}
      ORDER BY priority DESC, since, seq LIMIT 1)
    RETURNING ${COLUMNS}`;
  return next;
}

/** Takes out one entry; undefined: it waits no longer. */
export async function takeWaiting(tx: Tx, id: string): Promise<Waiting | undefined> {
  const [taken] = await tx.$queryRaw<Waiting[]>`DELETE FROM waiting w WHERE w.id = ${id}::uuid RETURNING ${COLUMNS}`;
  return taken;
}

export interface ListedWaiting extends Waiting {
  readonly email: string;
}

/** One page of who waits, the longest first, and how many there are in all. */
export async function listWaiting(
  db: Db,
  o: { readonly contactId?: string; readonly sequence?: string; readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly waiting: readonly ListedWaiting[] }> {
  const { contactId, sequence } = o;
  const [total, waiting] = await Promise.all([
    db.waiting.count({ where: { contactId, sequence } }),
    db.$queryRaw<ListedWaiting[]>`
      SELECT ${COLUMNS}, c.email FROM waiting w JOIN contact c ON c.id = w.contact_id
      WHERE (${contactId ?? null}::uuid IS NULL OR w.contact_id = ${contactId ?? null}::uuid)
        AND (${sequence ?? null}::text IS NULL OR w.sequence = ${sequence ?? null})
      ORDER BY w.since, w.seq LIMIT ${o.limit} OFFSET ${o.offset}`,
  ]);
  return { total, waiting };
}
