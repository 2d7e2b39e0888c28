import type { SuppressionScope } from '../domain/consent/scope';
import { failure } from '../domain/errors';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { type Instant, newId } from '../domain/ids';
import type { ErasureOrigin, ErasureRecord } from '../domain/privacy/erasure';
import { type Identifiers, identifiersOf, type KnownAs } from '../domain/privacy/identifiers';
import type { Rules } from '../domain/rules';
import { normalisedEmail } from './contacts';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { instantParam, millis } from './fact-columns';
import { addressHash } from './keys';
import { enqueue } from './outbox';
import { endPause } from './resume';
import { suppressErased } from './suppressions';

const COLUMNS = Prisma.sql`e.id, e.contact_id AS "contactId", e.address_hash AS "addressHash", e.status, e.origin, e.by, e.scope,
  ${millis(Prisma.sql`e.asked_at`)} AS "askedAt", ${millis(Prisma.sql`e.due_at`)} AS "dueAt",
  ${millis(Prisma.sql`e.started_at`)} AS "startedAt", ${millis(Prisma.sql`e.ended_at`)} AS "endedAt", e.counts, e.proof`;

async function read(db: Db | Tx, where: Prisma.Sql, most = 1): Promise<readonly ErasureRecord[]> {
  return db.$queryRaw<ErasureRecord[]>(
    Prisma.sql`SELECT ${COLUMNS} FROM erasure e WHERE ${where} ORDER BY e.asked_at DESC, e.id DESC LIMIT ${most}`,
  );
}

/** An erasure as it stands. Throws VIV_ERASURE_UNKNOWN. */
export async function findErasure(db: Db | Tx, id: string): Promise<ErasureRecord> {
  const [found] = await read(db, Prisma.sql`e.id::text = ${id}`);
  if (!found) throw failure('VIV_ERASURE_UNKNOWN', { erasure: id });
  return found;
}

/** The newest first; with `email`, only those of this address: it is looked for by its hash. */
export function listErasures(
  db: Db,
  { email, most }: { readonly email?: string | undefined; readonly most: number },
): Promise<readonly ErasureRecord[]> {
  const hash = email === undefined ? null : addressHash(db, normalisedEmail(email));
  return read(db, Prisma.sql`(${hash}::text IS NULL OR e.address_hash = ${hash})`, most);
}

export interface ErasureRequest {
  readonly contactId: string;
  readonly origin: ErasureOrigin;
  /** Who asks, for the record. */
  readonly by: string;
  /** Which mails the address gets no more, also when it comes again. */
  readonly scope: SuppressionScope;
  /** How long it can be cancelled (ms). */
  readonly after: number;
  readonly now: Instant;
}

/**
 * Asks for the erasure of a contact, under its lock: mails stop at once, and the outbox starts the workflow `erasure:<id>`. While it can
 * be cancelled, the contact's journeys are frozen. One that is under way is answered as it is. Throws VIV_CONTACT_UNKNOWN.
 */
export function requestErasure(
  db: Db,
  rules: Rules,
  request: ErasureRequest,
): Promise<{ readonly erasure: ErasureRecord; readonly isNew: boolean }> {
  return transaction(db, async (tx) => {
    const { contactId, after } = request;
    if (!(await lockContact(tx, contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
    const [open] = await read(tx, Prisma.sql`e.contact_id = ${contactId}::uuid AND e.status IN ('waiting', 'working')`);
    if (open) return { erasure: open, isNew: false };
    const known = await knownAs(tx, contactId);
    const { addresses } = identifiersOf(known, rules.identity ?? DEFAULT_IDENTITY);
    const { scope, now: at } = request;
    const suppressions = await suppressErased(tx, { addresses, scope, at });
    const pauseId = after > 0 ? await freeze(tx, request) : null;
    const id = newId();
    await insert(tx, request, { id, addressHash: addressHash(tx, known.email), suppressions, pauseId });
    await enqueue(tx, [{ task: 'start_erasure', payload: { erasureId: id } }]);
    return { erasure: await findErasure(tx, id), isNew: true };
  });
}

interface Added {
  readonly id: string;
  readonly addressHash: string;
  readonly suppressions: readonly number[];
  readonly pauseId: string | null;
}

async function insert(tx: Tx, request: ErasureRequest, added: Added): Promise<void> {
  const { contactId, origin, by, scope, after, now } = request;
  const { id, addressHash: hash, suppressions, pauseId } = added;
  await tx.$executeRaw`
    INSERT INTO erasure (id, contact_id, address_hash, status, origin, by, scope, asked_at, due_at, pause_id, suppressions)
    VALUES (${id}::uuid, ${contactId}::uuid, ${hash}, 'waiting', ${origin}, ${by}, ${scope}, ${instantParam(now)},
      ${instantParam(now + after)}, ${pauseId}::uuid, ${[...suppressions]}::bigint[])`;
}

async function freeze(tx: Tx, { contactId, by, now }: ErasureRequest): Promise<string> {
  const id = newId();
  await tx.$executeRaw`
    INSERT INTO pause (id, mode, sequence, contact_id, reason, since, begun_by)
    VALUES (${id}::uuid, 'freeze', NULL, ${contactId}::uuid, 'an erasure is asked for', ${instantParam(now)}, ${by})`;
  return id;
}

/** Everything by which the contact is on record; its lock is held. */
export async function knownAs(tx: Tx, contactId: string): Promise<KnownAs & { readonly email: string }> {
  const [row] = await tx.$queryRaw<(Omit<KnownAs, 'addresses'> & { email: string; addresses: string[] })[]>`
    SELECT c.id AS "contactId", ARRAY(
        SELECT m.merged_id FROM contact_merge m WHERE m.contact_id = c.id AND m.undone_at IS NULL) AS "formerIds", c.email, c.name, c.attributes, ARRAY(
      SELECT c.email UNION SELECT lower(s.recipient) FROM send s WHERE s.contact_id = c.id AND s.recipient <> ''
      UNION SELECT lower(n.personal->>'email') FROM consent n WHERE n.personal ? 'email' AND (n.contact_id = c.id OR n.contact_id IN (
        SELECT m.merged_id FROM contact_merge m WHERE m.contact_id = c.id AND m.undone_at IS NULL))
      UNION SELECT a.key FROM contact_address a WHERE a.contact_id = c.id AND NOT a.derived) AS addresses,
      ARRAY(SELECT DISTINCT w.endpoint FROM webhook w WHERE w.contact_id = c.id AND w.status = 'delivered' ORDER BY 1) AS recipients
    FROM contact c WHERE c.id = ${contactId}::uuid`;
  if (!row) throw new TypeError('whoever holds the lock of a contact has read it');
  return row;
}

export interface ErasureCancel {
  readonly id: string;
  readonly by: string;
  readonly now: Instant;
}

/**
 * Takes an erasure back that waits: what it has suppressed is released, and the contact's journeys go on. Throws VIV_ERASURE_UNKNOWN,
 * VIV_ERASURE_BEGUN.
 */
export async function cancelErasure(db: Db, { id, by, now }: ErasureCancel): Promise<ErasureRecord> {
  const pauseId = await transaction(db, async (tx) => {
    const { id: found } = await findErasure(tx, id);
    const [row] = await tx.$queryRaw<{ pauseId: string | null }[]>`
      UPDATE erasure SET status = 'cancelled', ended_at = ${instantParam(now)}, by = by || ', taken back by ' || ${by}
      WHERE id = ${found}::uuid AND status = 'waiting' RETURNING pause_id AS "pauseId"`;
    if (!row) throw failure('VIV_ERASURE_BEGUN', { erasure: id, status: (await findErasure(tx, id)).status });
    await tx.$executeRaw`
      DELETE FROM suppression WHERE id = ANY(SELECT unnest(suppressions) FROM erasure WHERE id = ${found}::uuid)`;
    await enqueue(tx, [{ task: 'poke', payload: { workflow: `erasure:${found}`, seq: 0 } }]);
    return row.pauseId;
  });
  if (pauseId !== null) await endPause(db, { pauseId, by, now, perMinute: AT_ONCE });
  return findErasure(db, id);
}

/** One contact's journeys need no pace. */
const AT_ONCE = 6_000;

/** What stands in the row while it is worked on. */
export interface OpenErasure {
  readonly id: string;
  readonly contactId: string;
  readonly scope: SuppressionScope;
  readonly origin: ErasureOrigin;
  readonly standIn: string | null;
  readonly identifiers: Identifiers | null;
}

/** The erasure, its row locked; null: it is not being worked on. */
export async function lockOpen(tx: Tx, id: string): Promise<OpenErasure | null> {
  const [row] = await tx.$queryRaw<OpenErasure[]>`
    SELECT id, contact_id AS "contactId", scope, origin, stand_in AS "standIn", identifiers FROM erasure
    WHERE id = ${id}::uuid AND status = 'working' FOR UPDATE`;
  return row ?? null;
}

/** Adds to what is counted, in the transaction that has done it. */
export async function addCount(
  tx: Tx,
  { id, table, count }: { readonly id: string; readonly table: string; readonly count: number },
): Promise<void> {
  if (count === 0) return;
  await tx.$executeRaw`
    UPDATE erasure SET counts = counts || jsonb_build_object(${table}::text, coalesce((counts->>${table})::int, 0) + ${count}::int)
    WHERE id = ${id}::uuid`;
}
