import type { SeenPage } from '../domain/engagement/pages';
import { pageProperties } from '../domain/engagement/pages';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { type Instant, type Json, keyOf } from '../domain/ids';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';
import { ingestIn } from './ingest';
import type { TurnDeps } from './turn';

/** One page that a visitor has seen. */
export interface PageSeen extends SeenPage {
  readonly visitorId: string;
  /** By the browser, once for each view: it counts once. */
  readonly key: string;
  readonly at: Instant;
}

/** Views of one anonymous visitor that are kept: the newest. */
const MOST_ANONYMOUS = 200;

/** The view as an event of a contact. */
export const viewEvent = (view: PageSeen, contactId: string): IncomingEvent => ({
  type: EVENTS.pageViewed,
  contactId,
  at: view.at,
  idempotencyKey: keyOf(EVENTS.pageViewed, view.visitorId, view.key),
  properties: pageProperties(view),
});

/** Whose browser it is; null: nobody has said so yet. */
export async function contactOfVisitor(db: Db, visitorId: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ contactId: string | null }[]>`
    SELECT contact_id AS "contactId" FROM visitor WHERE id = ${visitorId}::uuid`;
  return row?.contactId ?? null;
}

/** Keeps a view of somebody who has not said who they are. Once by its key. Whether it was known before. */
export async function keepAnonymous(db: Db, view: PageSeen): Promise<{ readonly duplicate: boolean }> {
  const { visitorId, key, at } = view;
  return transaction(db, async (tx) => {
    await lockVisitor(tx, visitorId, at);
    const id = keyOf(EVENTS.pageViewed, visitorId, key);
    const count = await tx.$executeRaw`
      INSERT INTO page_view (id, visitor_id, at, properties)
      VALUES (${id}::uuid, ${visitorId}::uuid, ${new Date(at)}, ${JSON.stringify(pageProperties(view))}::jsonb)
      ON CONFLICT (id) DO NOTHING`;
    if (count === 0) return { duplicate: true };
    await tx.$executeRaw`
      DELETE FROM page_view WHERE visitor_id = ${visitorId}::uuid AND id IN (
        SELECT id FROM page_view WHERE visitor_id = ${visitorId}::uuid ORDER BY at DESC, id DESC OFFSET ${MOST_ANONYMOUS})`;
    return { duplicate: false };
  });
}

/** The row of the visitor, locked: made if it is not there. */
async function lockVisitor(tx: Tx, id: string, at: Instant): Promise<{ readonly contactId: string | null }> {
  const [row] = await tx.$queryRaw<{ contactId: string | null }[]>`
    INSERT INTO visitor AS v (id, first_at, last_at) VALUES (${id}::uuid, ${new Date(at)}, ${new Date(at)})
    ON CONFLICT (id) DO UPDATE SET last_at = greatest(v.last_at, excluded.last_at) RETURNING contact_id AS "contactId"`;
  return { contactId: row?.contactId ?? null };
}

export interface Joining {
  readonly visitorId: string;
  readonly contactId: string;
  readonly by: 'form' | 'click';
  readonly at: Instant;
}

interface KeptView {
  readonly id: string;
  readonly at: Instant;
  readonly properties: { readonly [key: string]: Json };
}

/**
 * Somebody has said who they are: what they saw before becomes interactions of the contact, at the times at which it was. Where two
 * people use one browser, what was seen belongs to whoever had said so before it was seen. Takes the contact's lock. Does nothing for a
 * contact that is not there.
 */
export async function joinVisitor(tx: Tx, deps: TurnDeps, { visitorId, contactId, by, at }: Joining): Promise<void> {
  if (!(await lockContact(tx, contactId))) return;
  const known = await lockVisitor(tx, visitorId, at);
  if (known.contactId === contactId) return;
  await tx.$executeRaw`
    UPDATE visitor SET contact_id = ${contactId}::uuid, joined_at = ${new Date(at)}, joined_by = ${by}
    WHERE id = ${visitorId}::uuid`;
  const views = await tx.$queryRaw<KeptView[]>`
    WITH gone AS (DELETE FROM page_view WHERE visitor_id = ${visitorId}::uuid RETURNING id, at, properties)
    SELECT id, ${millis(Prisma.sql`at`)} AS at, properties FROM gone ORDER BY gone.at, id`;
  for (const { id, at: seenAt, properties } of views)
    await ingestIn(tx, deps, { type: EVENTS.pageViewed, contactId, at: seenAt, idempotencyKey: id, properties });
}

export interface Visit {
  /** Of the click. */
  readonly hitId: string;
  readonly visitorId: string;
  readonly at: Instant;
  /** How long after the click it may be. */
  readonly within: number;
}

/**
 * Joins a visitor by the click that brought them to the site: one browser for each click, in time, and never by a click of a machine.
 * False: none of that holds, and nothing is changed.
 */
export async function joinByClick(tx: Tx, deps: TurnDeps, visit: Visit): Promise<boolean> {
  const { hitId, visitorId, at, within } = visit;
  const [hit] = await tx.$queryRaw<{ contactId: string }[]>`
    UPDATE link_hit SET visitor_id = ${visitorId}::uuid
    WHERE id = ${hitId}::uuid AND coalesce(judged, 'person') = 'person' AND link_id IS NOT NULL
      AND at > ${new Date(at - within)} AND (visitor_id IS NULL OR visitor_id = ${visitorId}::uuid)
    RETURNING contact_id AS "contactId"`;
  if (!hit) return false;
  await joinVisitor(tx, deps, { visitorId, contactId: hit.contactId, by: 'click', at });
  return true;
}

/** Forgets a visitor who does not want to be seen any more, with what was kept while nobody knew who they were. */
export async function forgetVisitor(db: Db, visitorId: string): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.$executeRaw`DELETE FROM page_view WHERE visitor_id = ${visitorId}::uuid`;
    await tx.$executeRaw`DELETE FROM visitor WHERE id = ${visitorId}::uuid`;
  });
}

/** Deletes what nobody needs any more, some of it at a time: views of visitors who never said who they are, and judged clicks. */
export async function forgetOldVisits(tx: Tx, { before }: { readonly before: Instant }): Promise<number> {
  const most = 5_000;
  const views = await tx.$executeRaw`
    DELETE FROM page_view WHERE id IN (SELECT id FROM page_view WHERE at < ${new Date(before)} LIMIT ${most})`;
  const visitors = await tx.$executeRaw`
    DELETE FROM visitor WHERE id IN (
      SELECT v.id FROM visitor v WHERE v.contact_id IS NULL AND v.last_at < ${new Date(before)} LIMIT ${most})`;
  const hits = await tx.$executeRaw`
    DELETE FROM link_hit WHERE id IN (
      SELECT id FROM link_hit WHERE judged IS NOT NULL AND at < ${new Date(before)} LIMIT ${most})`;
  return Math.max(views, visitors, hits);
}
