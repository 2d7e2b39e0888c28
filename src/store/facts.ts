import { failure } from '../domain/errors';
import type { Facts } from '../domain/facts';
import type { Instant } from '../domain/ids';
import { Prisma, type Tx } from './db';
import { type Clock, CONTACT, factSources, instantParam, leadScore, millis, ORGANISATION, PAUSE } from './fact-columns';

export interface FactsRequest {
  readonly contactId: string;
  readonly leadId: string | null;
  readonly now: Instant;
  /** Half-life of interest (ms), to give the score as of `now`. */
  readonly halfLife: number;
  /** Newest events wanted per type; events after `now` are left out. */
  readonly newest?: ReadonlyMap<string, number>;
  /** All events of these types with a greater seq. */
  readonly after?: { readonly types: readonly string[]; readonly seq: number };
  /** These events, by `seq`. */
  readonly seqs?: readonly number[];
  /** Pauses of everything, of the contact and of this sequence: those that last, and those that ended after `since`. */
  readonly pauses?: { readonly sequence: string; readonly since: Instant };
}

/**
 * Reads what decisions look at, in one statement: on the path of every turn. With no `leadId`, the contact's newest lead;
 * a lead of another contact is no lead. Events come in the order of their `seq`. Throws VIV_CONTACT_UNKNOWN.
 */
export async function readFacts(tx: Tx, request: FactsRequest): Promise<Facts> {
  const [facts] = await tx.$queryRaw<Facts[]>(factsQuery(request));
  if (!facts) throw failure('VIV_CONTACT_UNKNOWN', { contact: request.contactId });
  return facts;
}

/** The statement of `readFacts`: at most one row, shaped like `Facts`. */
export function factsQuery(request: FactsRequest): Prisma.Sql {
  return Prisma.sql`
    SELECT ${CONTACT} AS contact, ${leadFacts(request)} AS lead, ${CLIENT} AS client, ${ORGANISATION} AS organisation,
      ${events(request)} AS events,
      coalesce((SELECT max(seq) FROM interaction WHERE contact_id = ${request.contactId}::uuid), 0)::float8 AS "lastSeq"${pauses(request)}
    FROM ${factSources(request.leadId)}
    WHERE c.id = ${request.contactId}::uuid`;
}

/** Of lead `l`, as `Facts` has it. */
export const leadFacts = (request: Clock) => Prisma.sql`CASE WHEN l.id IS NOT NULL THEN json_build_object('id', l.id,
  'offer', l.offer, 'source', l.source, 'campaign', l.campaign, 'stage', l.stage, 'temperature', l.temperature,
  'grade', l.grade, 'score', ${leadScore(request)}, 'createdAt', ${millis(Prisma.sql`l.created_at`)}) END`;

/** Of client `k`, as `Facts` has it. */
export const CLIENT = Prisma.sql`CASE WHEN k.contact_id IS NOT NULL THEN json_build_object('status', k.status,
  'firstPurchaseAt', ${millis(Prisma.sql`k.first_purchase_at`)}, 'lastPurchaseAt', ${millis(Prisma.sql`k.last_purchase_at`)},
  'purchases', k.purchases, 'revenue', k.revenue::float8) END`;

/** One more column, for those who ask. */
function pauses({ contactId, pauses: wanted }: FactsRequest): Prisma.Sql {
  if (!wanted) return Prisma.empty;
  const { sequence, since } = wanted;
  return Prisma.sql`, coalesce((SELECT json_agg(${PAUSE} ORDER BY p.since, p.id) FROM pause p
      WHERE (p.ended_at IS NULL OR p.ended_at > ${instantParam(since)})
        AND (p.contact_id = ${contactId}::uuid OR p.sequence = ${sequence}
          OR (p.contact_id IS NULL AND p.sequence IS NULL))), '[]'::json) AS pauses`;
}

/** A JSON array; an event that is wanted for two reasons comes once. */
function events({ contactId, now, newest = new Map(), after, seqs = [] }: FactsRequest): Prisma.Sql {
  const wanted = [
    ...[...newest].map((need) => newestEvents(need, contactId, now)),
    ...(after && after.types.length > 0 ? [eventsAfter(after, contactId)] : []),
    ...(seqs.length > 0 ? [eventsBySeq(seqs, contactId)] : []),
  ];
  if (wanted.length === 0) return Prisma.sql`'[]'::json`;
  return Prisma.sql`coalesce((
    SELECT json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', ${millis(Prisma.sql`e.at`)},
      'journeyId', e.journey_id, 'properties', e.properties) ORDER BY e.seq)
    FROM (SELECT DISTINCT ON (seq) * FROM (${Prisma.join(wanted, ' UNION ALL ')}) AS w ORDER BY seq) AS e), '[]'::json)`;
}

/** One branch per type, not a join with a list of types: PostgreSQL then keeps one plan and does not plan each read anew. */
function newestEvents([type, count]: readonly [string, number], contactId: string, now: Instant): Prisma.Sql {
  return Prisma.sql`(
    SELECT i.seq, i.type, i.at, i.journey_id, i.properties FROM interaction i
    WHERE i.contact_id = ${contactId}::uuid AND i.type = ${type} AND i.at <= ${instantParam(now)}
    ORDER BY i.at DESC, i.seq DESC LIMIT ${count})`;
}

function eventsAfter({ types, seq }: NonNullable<FactsRequest['after']>, contactId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT i.seq, i.type, i.at, i.journey_id, i.properties FROM interaction i
    WHERE i.contact_id = ${contactId}::uuid AND i.seq > ${seq}::bigint AND i.type = ANY(${[...types]}::text[])`;
}

function eventsBySeq(seqs: readonly number[], contactId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT i.seq, i.type, i.at, i.journey_id, i.properties FROM interaction i
    WHERE i.contact_id = ${contactId}::uuid AND i.seq = ANY(${[...seqs]}::bigint[])`;
}
