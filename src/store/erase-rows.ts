import type { Identifiers } from '../domain/privacy/identifiers';
import { INVENTORY, type TableEntry } from '../domain/privacy/inventory';
import { eraseConsentDetails } from './consents';
import { type Db, Prisma, type Tx, transaction } from './db';
import { type ErasureTurn, stopIn } from './erase-stop';
import { addCount, lockOpen, type OpenErasure } from './erasures';
import { belongsSql, countOf, eraseBatch, type Person } from './inventory-sql';
import { forgetAddress } from './suppressions';
import type { TurnDeps } from './turn';

export interface ErasingRows extends ErasureTurn {
  readonly signal?: AbortSignal | undefined;
  /** Rows of one transaction. */
  readonly batch?: number;
  /** Told of each batch, before it commits: a test may end the process there. */
  readonly onBatch?: ((table: string) => void | Promise<void>) | undefined;
}

const BATCH = 1_000;

const erasedByRows = ({ erasure }: TableEntry): boolean => erasure.how === 'delete' || erasure.how === 'anonymise';

/**
 * Deletes and anonymises the rows of the person, some at a time, each batch with its count in one transaction, and at the end what has
 * come in meanwhile together with the contact itself, under its lock: nothing falls between. May be broken off and repeated.
 */
export async function eraseRows(db: Db, deps: TurnDeps, erasing: ErasingRows): Promise<void> {
  const { erasureId, signal, batch = BATCH, onBatch } = erasing;
  for (const entry of INVENTORY.filter(erasedByRows))
    for (let count = batch; count === batch; ) {
      signal?.throwIfAborted();
      count = await transaction(db, async (tx) => {
        const open = await lockOpen(tx, erasureId);
        const erased = open ? await eraseSome(tx, open, { entry, limit: batch }) : 0;
        if (erased > 0) await onBatch?.(entry.table);
        return erased;
      });
    }
  await transaction(db, (tx) => finish(tx, deps, erasing));
}

async function eraseSome(
  tx: Tx,
  erasure: OpenErasure,
  { entry, limit }: { readonly entry: TableEntry; readonly limit: number },
): Promise<number> {
  const { id, standIn, identifiers } = erasure;
  if (standIn === null || identifiers === null) return 0; // the contact was gone before anything was looked at
  const where = belongsSql(entry, identifiers);
  const count = await eraseBatch(tx, { entry, where, standIn, limit });
  await addCount(tx, { id, table: entry.table, count });
  return count;
}

/** Few rows, since all that was there before is gone. */
async function finish(tx: Tx, deps: TurnDeps, { erasureId, now, onBatch }: ErasingRows): Promise<void> {
  const before = await lockOpen(tx, erasureId);
  if (!before || !(await stopIn(tx, deps, before, now))) return;
  const erasure = await lockOpen(tx, erasureId);
  if (!erasure?.identifiers) return;
  for (const entry of INVENTORY.filter(erasedByRows))
    for (let count = BATCH; count === BATCH; ) count = await eraseSome(tx, erasure, { entry, limit: BATCH });
  await byRulesOfTheirOwn(tx, erasure, erasure.identifiers);
  await onBatch?.('contact');
}

async function byRulesOfTheirOwn(
  tx: Tx,
  { id }: OpenErasure,
  { contactId, formerIds, addresses }: Identifiers,
): Promise<void> {
  const count = async (table: string, rows: number) => addCount(tx, { id, table, count: rows });
  for (const one of [contactId, ...formerIds]) await count('consent', await eraseConsentDetails(tx, one));
  for (const address of addresses) await forgetAddress(tx, address);
  await count(
    'contact_address',
    await tx.$executeRaw`DELETE FROM contact_address WHERE contact_id = ${contactId}::uuid`,
  );
  const merges = await tx.$executeRaw`
    DELETE FROM contact_merge WHERE contact_id = ${contactId}::uuid OR (merged_id = ${contactId}::uuid AND undone_at IS NOT NULL)`;
  await count('contact_merge', merges);
  const [own] = await tx.$queryRaw<{ organisationId: string | null }[]>`
    DELETE FROM contact WHERE id = ${contactId}::uuid RETURNING organisation_id AS "organisationId"`;
  await count('contact', own ? 1 : 0);
  if (own?.organisationId == null) return;
  // two who leave it at once: the second one waits here, and sees that the first is gone
  await tx.$queryRaw`SELECT id FROM organisation WHERE id = ${own.organisationId}::uuid FOR UPDATE`;
  const gone = await tx.$executeRaw`
    DELETE FROM organisation o WHERE o.id = ${own.organisationId}::uuid
      AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.organisation_id = o.id)`;
  await count('organisation', gone);
}

/** Ids of the workflows whose histories must go: what stays of the rows still names them. */
export async function workflowsOf(db: Db, erasureId: string): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT 'journey:' || j.id AS id FROM journey j JOIN erasure e ON j.contact_id IN (e.stand_in, e.contact_id) WHERE e.id = ${erasureId}::uuid
    UNION ALL
    SELECT 'handoff:' || h.id FROM handoff h JOIN erasure e ON h.contact_id IN (e.stand_in, e.contact_id) WHERE e.id = ${erasureId}::uuid
    ORDER BY 1`;
  return rows.map(({ id }) => id);
}

export interface ErasurePreview {
  /** What would be done with how many rows, by table; those without any are left out. */
  readonly tables: readonly { readonly table: string; readonly how: string; readonly rows: number }[];
  /** Journeys, handoffs and mails that are under way. */
  readonly underWay: { readonly journeys: number; readonly handoffs: number; readonly tasks: number };
}

/** What an erasure would do now; nothing is changed. */
export async function previewErasure(db: Db, person: Person): Promise<ErasurePreview> {
  const theirs = INVENTORY.filter(({ belongs, table }) => belongs.length > 0 && table !== 'erasure');
  const counted = await Promise.all(
    theirs.map(async (entry) => ({
      table: entry.table,
      how: entry.erasure.how === 'own' ? entry.erasure.why : entry.erasure.how,
      rows: await countOf(db, entry, person),
    })),
  );
  const where = Prisma.sql`contact_id = ${person.contactId}::uuid`;
  const [underWay] = await db.$queryRaw<ErasurePreview['underWay'][]>`
    SELECT (SELECT count(*)::int FROM journey WHERE ${where} AND status = 'running') AS journeys,
      (SELECT count(*)::int FROM handoff WHERE ${where} AND status IN ('offered', 'escalated')) AS handoffs,
      (SELECT count(*)::int FROM task WHERE ${where} AND status IN ('open', 'overdue')) AS tasks`;
  return {
    tables: counted.filter(({ rows }) => rows > 0),
    underWay: underWay ?? { journeys: 0, handoffs: 0, tasks: 0 },
  };
}
