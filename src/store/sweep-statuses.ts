import type { LifecycleRules } from '../domain/client/rules';
import { sweepDay } from '../domain/client/sweep-day';
import { instantOf } from '../domain/conditions/moment';
import type { ClientStatus } from '../domain/facts';
import { type Instant, newId } from '../domain/ids';
import { rulesFor } from '../domain/scoring/earned';
import { Prisma, type Tx } from './db';
import { instantParam, millis } from './fact-columns';
import { followUp } from './ingest';
import { versionsEnteredBy } from './sequences';
import type { TurnDeps } from './turn';

/** Statuses that recency gives. */
export type RecencyStatus = Exclude<ClientStatus, 'ended'>;

export interface StatusPage {
  /** Whose status changed, and to what. */
  readonly moved: readonly RecencyStatus[];
  /** Last contact that was looked at; null: there is nobody after this page. */
  readonly last: string | null;
}

interface PageRequest {
  readonly now: Instant;
  /** Last contact of the page before; null for the first page. */
  readonly after: string | null;
  /** Most contacts of one page. */
  readonly limit: number;
}

/**
 * Gives a page of clients the status that recency gives them at `now`, in the caller's transaction, which then holds the locks of
 * those contacts: status, interaction and decision in one statement, then what follows from the interactions, so that no entry
 * and no waiting journey falls between. A second time finds nothing to change. src/domain/client/status.ts gives the same answer.
 */
export async function sweepStatuses(tx: Tx, deps: TurnDeps, { now, after, limit }: PageRequest): Promise<StatusPage> {
  const { lifecycle } = deps.rules;
  const due = dueClients(lifecycle, now);
  const page = await tx.$queryRaw<{ id: string }[]>`
    SELECT k.contact_id AS id FROM client k
    WHERE (${after}::uuid IS NULL OR k.contact_id > ${after}::uuid) AND ${due.isDue} ORDER BY k.contact_id LIMIT ${limit}`;
  const ids = page.map(({ id }) => id);
  if (ids.length === 0) return { moved: [], last: null };
  await tx.$queryRaw`SELECT id FROM contact WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  const moved = await move(tx, { ids, due, now }); // reads anew: a purchase may have come before the lock
  await tell(tx, deps, { moved, now });
  return { moved: moved.map(({ status }) => status), last: ids.length < limit ? null : (ids.at(-1) ?? null) };
}

interface DueClients {
  /** The status that recency gives client k. */
  readonly status: Prisma.Sql;
  /** Whether that is another than it has. */
  readonly isDue: Prisma.Sql;
}

function dueClients({ preInactiveAfter, inactiveAfter }: LifecycleRules, now: Instant): DueClients {
  const isQuietFor = (ago: number) => Prisma.sql`k.last_purchase_at <= ${instantParam(instantOf({ ago }, now))}`;
  const status = Prisma.sql`(CASE WHEN ${isQuietFor(inactiveAfter)} THEN 'inactive'
    WHEN ${isQuietFor(preInactiveAfter)} THEN 'pre_inactive' ELSE 'active' END)`;
  return {
    status,
    isDue: Prisma.sql`(k.status <> 'ended' AND k.last_purchase_at IS NOT NULL AND k.status <> ${status})`,
  };
}

interface Moved {
  readonly contactId: string;
  readonly status: RecencyStatus;
  readonly days: number;
  /** The interaction that tells of it; null when it was told before, or is none. */
  readonly interactionId: string | null;
  readonly seq: number | null;
  readonly key: string | null;
}

function move(
  tx: Tx,
  { ids, due, now }: { readonly ids: readonly string[]; readonly due: DueClients; readonly now: Instant },
): Promise<readonly Moved[]> {
  const at = instantParam(now);
  return tx.$queryRaw<Moved[]>`
    WITH page AS (
      SELECT k.contact_id, ${due.status} AS status, n.id AS interaction_id,
        (${millis(Prisma.sql`k.last_purchase_at`)})::int8 AS last_ms,
        greatest(floor(extract(epoch FROM ${at} - k.last_purchase_at) / 86400), 0)::int AS days
      FROM client k JOIN unnest(${[...ids]}::uuid[], ${ids.map(newId)}::uuid[]) AS n(contact_id, id) USING (contact_id)
      WHERE ${due.isDue}),
    moved AS (
      UPDATE client k SET status = page.status, status_at = ${at} FROM page WHERE k.contact_id = page.contact_id
      RETURNING page.*, k.contact_id || ':' || page.last_ms AS cause),
    told AS (
      INSERT INTO interaction (id, contact_id, type, at, properties, idempotency_key)
      SELECT interaction_id, contact_id, 'client.' || status, ${at}, json_build_object('daysSincePurchase', days),
        'client.' || status || ':' || cause
      FROM moved WHERE status <> 'active' ORDER BY contact_id
      ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, seq, contact_id, idempotency_key),
    decided AS (
      INSERT INTO decision (key, contact_id, kind, outcome, reason, at)
      SELECT 'client.' || status || ':' || cause || ':' || ${String(now)}, contact_id, 'client', status,
        days || CASE WHEN days = 1 THEN ' day' ELSE ' days' END || ' since the last purchase', ${at}
      FROM moved ORDER BY contact_id ON CONFLICT (key) DO NOTHING)
    SELECT moved.contact_id AS "contactId", moved.status, moved.days, told.id AS "interactionId", told.seq::float8 AS seq,
      told.idempotency_key AS key
    FROM moved LEFT JOIN told USING (contact_id) ORDER BY moved.contact_id`;
}

/** Does what follows for those whom somebody waits for: for the others nothing would. */
async function tell(
  tx: Tx,
  deps: TurnDeps,
  { moved, now }: { readonly moved: readonly Moved[]; readonly now: Instant },
): Promise<void> {
  const awaited = await awaitedIn(tx, moved);
  const forAll = new Map<string, boolean>();
  for (const { contactId, status, days, interactionId, seq, key } of moved) {
    if (interactionId === null || seq === null || key === null) continue;
    const type = `client.${status}`;
    const isForAll = forAll.get(type) ?? (await concernsAll(tx, deps, type));
    forAll.set(type, isForAll);
    if (!isForAll && !awaited.has(contactId)) continue;
    const event = { type, contactId, at: now, idempotencyKey: key, properties: { daysSincePurchase: days } };
    await followUp(tx, deps, [{ event, interactionId, seq, sweptOn: sweepDay(deps.rules.lifecycle, now) }]);
  }
}

/** Whether an event of this type enters a sequence or gives interest, whoever it is about. */
export async function concernsAll(tx: Tx, { rules }: TurnDeps, type: string): Promise<boolean> {
  return rulesFor(rules.scoring, type).length > 0 || (await versionsEnteredBy(tx, type)).length > 0;
}

/** Contacts with a journey that may have to look. */
async function awaitedIn(tx: Tx, moved: readonly Moved[]): Promise<ReadonlySet<string>> {
  const ids = moved.filter(({ interactionId }) => interactionId !== null).map(({ contactId }) => contactId);
  if (ids.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ contact_id: string }[]>`
    SELECT DISTINCT contact_id FROM interest
    WHERE contact_id = ANY(${ids}::uuid[]) AND event_type IN ('*', 'client.pre_inactive', 'client.inactive')`;
  return new Set(rows.map((row) => row.contact_id));
}
