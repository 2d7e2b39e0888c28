import type { ClientFacts, ContactFacts, FactEvent, LeadFacts, OrganisationFacts } from '../domain/facts';
import type { GateFacts } from '../domain/gate/gate';
import type { Engagement } from '../domain/gate/sunset';
import type { Instant } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Newcomer } from '../domain/simulation/newcomer';
import { isAboutAsKnown } from './address-sql';
import { type Db, Prisma } from './db';
import { CONTACT, millis, ORGANISATION } from './fact-columns';
import { engagementOf } from './gate-facts';
import { widest } from './suppressions';
import { readUnderWay } from './under-way';

const PAGE = 1000;

export interface PopulationQuery {
  readonly audience: 'lead' | 'client';
  readonly rules: Rules;
  /** As of when: nothing that came later is read. */
  readonly now: Instant;
  /** Events that conditions may count: so many of the newest of each type. */
  readonly newest: ReadonlyMap<string, number>;
  readonly limit: number;
  /** Sequences whose journeys under way are read with what they may still see, and what came before them; absent: none are. */
  readonly carryOn?: readonly string[];
}

interface Raw {
  readonly contact: ContactFacts;
  readonly lead: LeadFacts | null;
  readonly interest: { readonly points: number; readonly at: Instant } | null;
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly organisation: OrganisationFacts | null;
  readonly consents: readonly (NonNullable<GateFacts['consent']> & { readonly purpose: string })[] | null;
  readonly suppression: GateFacts['suppression'];
  readonly mailed: NonNullable<Newcomer['mailed']> | null;
  readonly engagement: Engagement | null;
  readonly events: readonly Omit<FactEvent, 'seq'>[] | null;
  readonly given: { readonly [rule: string]: number } | null;
}

/**
 * The contacts on record as a simulation takes them, in order of their ids, page by page; contacts without a lead (or that are no
 * clients) are left out. Reads alone.
 */
export async function* readPopulation(db: Db, query: PopulationQuery): AsyncGenerator<readonly Newcomer[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let count = 0; count < query.limit; ) {
    const rows = await db.$queryRaw<Raw[]>(pageOf(db, query, { after, size: Math.min(PAGE, query.limit - count) }));
    const last = rows.at(-1);
    if (!last) return;
    yield await withJourneys(db, query, rows.map(toNewcomer));
    count += rows.length;
    after = last.contact.id;
  }
}

async function withJourneys(db: Db, query: PopulationQuery, people: readonly Newcomer[]): Promise<readonly Newcomer[]> {
  const { carryOn, now, newest } = query;
  if (!carryOn) return people;
  const contactIds = people.map(({ contact }) => contact.id);
  const byContact = await readUnderWay(db, { contactIds, sequences: carryOn, now, newest });
  return people.map((person) => ({ ...person, ...byContact.get(person.contact.id) }));
}

function toNewcomer({ consents, interest, mailed, engagement, events, given, ...rest }: Raw): Newcomer {
  return {
    ...rest,
    ...(interest ? { interest } : {}),
    given: new Map(Object.entries(given ?? {})),
    consents: new Map((consents ?? []).map(({ purpose, ...consent }) => [purpose, consent])),
    mailed: mailed ?? [],
    ...(engagement ? { engagement } : {}),
    events: events ?? [],
    isNew: false,
  };
}

function pageOf(
  owner: Db,
  { audience, rules, now, newest }: PopulationQuery,
  { after, size }: { readonly after: string; readonly size: number },
): Prisma.Sql {
  const isOf =
    audience === 'lead'
      ? Prisma.sql`EXISTS (SELECT 1 FROM lead WHERE contact_id = c.id)`
      : Prisma.sql`EXISTS (SELECT 1 FROM client WHERE contact_id = c.id)`;
  return Prisma.sql`
    SELECT ${CONTACT} AS contact,
      ${LEAD} AS lead, ${CLIENT} AS client, ${ORGANISATION} AS organisation,
      CASE WHEN l.id IS NOT NULL THEN json_build_object('points', l.interest, 'at', ${millis(Prisma.sql`l.interest_at`)}) END AS interest,
      (SELECT json_agg(json_build_object('purpose', n.purpose, 'granted', n.granted, 'source', n.source, 'at', ${millis(Prisma.sql`n.at`)},
        'until', CASE WHEN n.state = 'requested' THEN ${millis(Prisma.sql`n.until`)} END))
        FROM (SELECT DISTINCT ON (purpose) * FROM consent WHERE contact_id = c.id ORDER BY purpose, seq DESC) n WHERE n.state <> 'unsaid') AS consents,
      ${widest(isAboutAsKnown(owner, Prisma.sql`lower(c.email)`), millis(Prisma.sql`at`))} AS suppression,
      ${mailedOf(rules, now)} AS mailed, ${engagementOfAll(rules, now)} AS engagement, ${eventsOf(newest, now)} AS events,
      (SELECT json_object_agg(g.rule, g.points) FROM (
        SELECT rule, sum(points) AS points FROM score_entry WHERE lead_id = l.id AND kind = 'interest' GROUP BY rule) AS g) AS given
    FROM contact c
      LEFT JOIN LATERAL (SELECT * FROM lead WHERE contact_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
      LEFT JOIN client k ON k.contact_id = c.id
      LEFT JOIN organisation o ON o.id = c.organisation_id
    WHERE c.id > ${after}::uuid AND ${isOf} ORDER BY c.id LIMIT ${size}`;
}

const LEAD = Prisma.sql`CASE WHEN l.id IS NOT NULL THEN json_build_object('id', l.id, 'offer', l.offer, 'source', l.source,
  'campaign', l.campaign, 'stage', l.stage, 'temperature', l.temperature, 'grade', l.grade, 'score', 0,
  'createdAt', ${millis(Prisma.sql`l.created_at`)}) END`;

const CLIENT = Prisma.sql`CASE WHEN k.contact_id IS NOT NULL THEN json_build_object('status', k.status,
  'statusAt', ${millis(Prisma.sql`k.status_at`)}, 'firstPurchaseAt', ${millis(Prisma.sql`k.first_purchase_at`)},
  'lastPurchaseAt', ${millis(Prisma.sql`k.last_purchase_at`)}, 'purchases', k.purchases, 'revenue', k.revenue::float8) END`;

function engagementOfAll({ gate: { sunset } }: Rules, now: Instant): Prisma.Sql {
  if (!sunset) return Prisma.sql`NULL::json`;
  return engagementOf(sunset, { contactId: Prisma.sql`c.id`, until: Prisma.sql`at <= ${new Date(now)}` });
}

/** Only as far back as the longest cap, or the gap, looks. */
function mailedOf({ gate }: Rules, now: Instant): Prisma.Sql {
  const longest = Math.max(gate.gap?.atLeast ?? 0, ...gate.caps.map(({ within }) => within));
  return Prisma.sql`(
    SELECT json_agg(json_build_object('purpose', s.purpose, 'at', ${millis(Prisma.sql`s.settled_at`)}) ORDER BY s.settled_at)
    FROM send s WHERE s.contact_id = c.id AND s.handoff_id IS NULL AND s.status IN ('accepted', 'unknown')
      AND s.settled_at > ${new Date(now - longest)} AND s.settled_at <= ${new Date(now)})`;
}

function eventsOf(newest: ReadonlyMap<string, number>, now: Instant): Prisma.Sql {
  if (newest.size === 0) return Prisma.sql`NULL::json`;
  const types = [...newest.keys()];
  const counts = [...newest.values()];
  return Prisma.sql`(
    SELECT json_agg(json_build_object('type', e.type, 'at', ${millis(Prisma.sql`e.at`)}, 'journeyId', e.journey_id,
      'properties', e.properties) ORDER BY e.seq)
    FROM unnest(${types}::text[], ${counts}::int[]) AS w(type, most) CROSS JOIN LATERAL (
      SELECT i.seq, i.type, i.at, i.journey_id, i.properties FROM interaction i
      WHERE i.contact_id = c.id AND i.type = w.type AND i.at <= ${new Date(now)} ORDER BY i.at DESC, i.seq DESC LIMIT w.most) AS e)`;
}
