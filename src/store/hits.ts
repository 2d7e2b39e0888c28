import { burstsIn, type Hit } from '../domain/engagement/machine';
import { DEFAULT_ENGAGEMENT } from '../domain/engagement/rules';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { type Instant, keyOf, newId } from '../domain/ids';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';
import { ingestIn, recordOnly } from './ingest';
import type { TurnDeps } from './turn';

/** A link of a mail that was followed. */
export interface FollowedLink {
  readonly sendId: string;
  /** Null: the trap. */
  readonly linkId: string | null;
  readonly contactId: string;
  /** Business time. */
  readonly at: Instant;
}

const MINUTE_MS = 60_000;

/** Repeats within a minute (double clicks, retries, scanners that try twice) are one occurrence. */
export const minuteOf = (at: Instant): number => Math.floor(at / MINUTE_MS);

/**
 * Keeps a click until it can be told whether a machine clicked, and asks the outbox to judge it then. Answers its id; of one that is
 * held already, that one's.
 */
export async function holdHit(
  tx: Tx,
  { sendId, linkId, contactId, at }: FollowedLink,
  holdForMs: number,
): Promise<string> {
  const [held] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM link_hit WHERE send_id = ${sendId}::uuid AND link_id = ${linkId}::uuid AND judged IS NULL LIMIT 1`;
  if (held) return held.id;
  const id = newId();
  await tx.$executeRaw`
    INSERT INTO link_hit (id, send_id, link_id, contact_id, at)
    VALUES (${id}::uuid, ${sendId}::uuid, ${linkId}::uuid, ${contactId}::uuid, ${new Date(at)})`;
  await tx.$executeRaw`
    SELECT graphile_worker.add_job('judge_hits', ${JSON.stringify({ sendId })}::json, job_key := ${`hits:${sendId}`},
      run_at := clock_timestamp() + ${holdForMs} * interval '1 millisecond')`;
  return id;
}

/** Notes that the link was followed that no person sees: every click beside it is a machine's. */
export async function noteTrap(tx: Tx, { sendId, contactId, at }: Omit<FollowedLink, 'linkId'>): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO link_hit (id, send_id, contact_id, at, judged, reason)
    VALUES (${newId()}::uuid, ${sendId}::uuid, ${contactId}::uuid, ${new Date(at)}, 'machine', 'the link that no person sees')`;
}

export interface MachineRequest {
  readonly what: 'link' | 'trap' | 'picture';
  readonly contactId: string;
  readonly sendId: string;
  /** Name of the link. */
  readonly link?: string;
  readonly journeyId?: string;
  readonly leadId?: string;
  readonly at: Instant;
  readonly reason: string;
}

/** Records what a machine did: for whoever asks, with no effect. Throws VIV_CONTACT_UNKNOWN. */
export async function recordMachine(tx: Tx, request: MachineRequest): Promise<void> {
  const { what, contactId, sendId, link, at, reason, journeyId, leadId } = request;
  await recordOnly(tx, {
    type: EVENTS.mailScanned,
    contactId,
    at,
    idempotencyKey: keyOf(EVENTS.mailScanned, sendId, what, link ?? '', reason, minuteOf(at)),
    ...(journeyId === undefined ? {} : { journeyId }),
    ...(leadId === undefined ? {} : { leadId }),
    properties: { sendId, what, ...(link === undefined ? {} : { link }), bot: reason },
  });
}

interface HeldHit extends Hit {
  readonly contactId: string;
  readonly link: string | null;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly isDue: boolean;
  readonly judged: string | null;
}

/**
 * Judges the clicks of one mail whose time of holding is over: those of people have their effects now, with the time at which they came;
 * those of machines are recorded alone. Once for each click, however often it is asked.
 */
export async function judgeHits(db: Db, deps: TurnDeps, sendId: string): Promise<void> {
  await transaction(db, async (tx) => {
    const hits = await readHits(tx, sendId, (deps.rules.engagement ?? DEFAULT_ENGAGEMENT).machines.holdFor);
    const due = hits.filter(({ isDue, judged }) => isDue && judged === null);
    const [first] = due;
    if (!first) return;
    if (!(await lockContact(tx, first.contactId))) return forget(tx, due);
    const bursts = burstsIn(deps.rules.engagement ?? DEFAULT_ENGAGEMENT, hits);
    for (const hit of due) {
      const reason = bursts.get(hit.id);
      if (!(await settle(tx, hit.id, reason))) continue;
      if (reason === undefined) await ingestIn(tx, deps, clickOf(hit, sendId));
      else await recordMachine(tx, { what: 'link', sendId, reason, ...partsOf(hit) });
    }
  });
}

/** The contact is gone: nobody has clicked. */
async function forget(tx: Tx, hits: readonly HeldHit[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM link_hit WHERE id = ANY(${hits.map(({ id }) => id)}::uuid[])`;
}

/** False: another one was faster. */
async function settle(tx: Tx, id: string, reason: string | undefined): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE link_hit SET judged = ${reason === undefined ? 'person' : 'machine'}, reason = ${reason ?? null}
    WHERE id = ${id}::uuid AND judged IS NULL`;
  return count === 1;
}

const partsOf = ({ contactId, at, link, journeyId, leadId }: HeldHit) => ({
  contactId,
  at,
  ...(link === null ? {} : { link }),
  ...(journeyId === null ? {} : { journeyId }),
  ...(leadId === null ? {} : { leadId }),
});

function clickOf(hit: HeldHit, sendId: string): IncomingEvent {
  const { link, ...parts } = partsOf(hit);
  return {
    type: EVENTS.mailClicked,
    ...parts,
    idempotencyKey: keyOf(EVENTS.mailClicked, hit.linkId ?? '', minuteOf(hit.at)),
    properties: { link: link ?? '', sendId },
  };
}

/** The clicks of a mail that belong together in time with one that is held, and those. */
function readHits(tx: Tx, sendId: string, holdForMs: number): Promise<readonly HeldHit[]> {
  const near = Prisma.sql`interval '1 millisecond' * ${2 * holdForMs + MINUTE_MS}`;
  return tx.$queryRaw<HeldHit[]>`
    SELECT h.id, h.link_id AS "linkId", h.contact_id AS "contactId", ${millis(Prisma.sql`h.at`)} AS at, h.judged, l.name AS link,
      s.journey_id AS "journeyId", j.lead_id AS "leadId",
      h.received_at <= clock_timestamp() - ${holdForMs} * interval '1 millisecond' AS "isDue"
    FROM link_hit h LEFT JOIN link l ON l.id = h.link_id LEFT JOIN send s ON s.id = h.send_id
      LEFT JOIN journey j ON j.id = s.journey_id
    WHERE h.send_id = ${sendId}::uuid AND h.at >= (
      SELECT min(at) - ${near} FROM link_hit WHERE send_id = ${sendId}::uuid AND judged IS NULL)
    ORDER BY h.at, h.id`;
}
