import type { FactEvent, LeadFacts } from '../domain/facts';
import type { Instant } from '../domain/ids';
import { needsOf } from '../domain/journey/needs';
import { rememberedSeqs } from '../domain/journey/state';
import type { Definition } from '../domain/sequence/definition';
import type { PastJourney } from '../domain/sequence/reentry';
import type { OfferUnderWay, UnderWay } from '../domain/simulation/carry-on';
import type { HeldLead } from '../domain/simulation/leads';
import type { Newcomer } from '../domain/simulation/newcomer';
import { type Db, Prisma, transaction } from './db';
import { millis } from './fact-columns';
import type { StoredTurn } from './journeys';
import { findVersion } from './sequences';

export interface UnderWayQuery {
  readonly contactIds: readonly string[];
  /** Only journeys through these are carried on; of the others it is known that they are there. */
  readonly sequences: readonly string[];
  readonly now: Instant;
  /** Events that conditions may count: so many of the newest of each type. */
  readonly newest: ReadonlyMap<string, number>;
}

type Journeys = Required<Pick<Newcomer, 'past' | 'underWay' | 'recorded' | 'otherLeads'>>;

interface RawJourney extends PastJourney {
  readonly contactId: string;
  readonly sequence: string;
  readonly versionId: string;
  readonly turn: number;
  readonly last: StoredTurn | null;
  readonly parentId: string | null;
  readonly joinId: string | null;
  readonly mails: number;
  readonly offer: OfferUnderWay | null;
  readonly tasks: UnderWay['tasks'] | null;
}

/** The journeys of contacts, by contact: those that go on, and all that bar another entry. Reads alone. */
export async function readUnderWay(db: Db, query: UnderWayQuery): Promise<ReadonlyMap<string, Journeys>> {
  const rows = await db.$queryRaw<RawJourney[]>(journeysOf(query));
  const carried = rows.flatMap(({ last, ...row }) => (last ? [{ ...row, last }] : []));
  const versions = await versionsOf(db, carried);
  const journeys = byContactId(rows);
  const goingOn = byContactId(carried);
  const events = await eventsOf(db, query, { carried, versions });
  const leads = byContactId(await otherLeads(db, query));
  return new Map(
    query.contactIds.map((contactId) => [
      contactId,
      {
        past: (journeys.get(contactId) ?? []).map(toPast),
        underWay: (goingOn.get(contactId) ?? []).map((one) => toUnderWay(one, versions)),
        recorded: events.get(contactId) ?? { events: [], lastSeq: 0 },
        otherLeads: (leads.get(contactId) ?? []).map(toHeld),
      },
    ]),
  );
}

const toPast = ({ id, sequence, running, enteredAt, leadId, entryKey }: RawJourney) => ({
  id,
  sequence,
  running,
  enteredAt,
  leadId,
  entryKey,
});

const toHeld = ({ lead, points, at, given }: RawLead): HeldLead => ({
  lead,
  interest: { points, at },
  given: new Map(Object.entries(given ?? {})),
});

function byContactId<T extends { readonly contactId: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.contactId);
    if (group) group.push(row);
    else groups.set(row.contactId, [row]);
  }
  return groups;
}

type Carried = RawJourney & { readonly last: StoredTurn };
type Versions = ReadonlyMap<string, Definition>;

function definitionOf({ versionId }: RawJourney, versions: Versions): Definition {
  const definition = versions.get(versionId);
  if (!definition) throw new TypeError(`version ${versionId} was read`);
  return definition;
}

function toUnderWay(row: Carried, versions: Versions): UnderWay {
  const { id, leadId, enteredAt, turn, last, parentId, joinId, mails, offer, tasks } = row;
  const parent = parentId !== null && joinId !== null ? { journeyId: parentId, joinId } : null;
  const definition = definitionOf(row, versions);
  return { id, definition, leadId, enteredAt, turn, ...last, parent, mails, offer, tasks: tasks ?? [] };
}

function journeysOf({ contactIds, sequences, now }: UnderWayQuery): Prisma.Sql {
  const isCarried = Prisma.sql`(j.status = 'running' AND j.sequence = ANY(${[...sequences]}::text[]))`;
  return Prisma.sql`
    SELECT j.id, j.contact_id AS "contactId", j.sequence, j.version_id AS "versionId", j.status = 'running' AS running,
      ${millis(Prisma.sql`j.entered_at`)} AS "enteredAt", j.lead_id AS "leadId", j.entry_key AS "entryKey", j.turn,
      j.parent_id AS "parentId", j.join_id AS "joinId", CASE WHEN ${isCarried} THEN j.last_turn END AS last,
      (SELECT count(*)::int FROM send s WHERE s.journey_id = j.id AND s.status = 'accepted' AND s.handoff_id IS NULL) AS mails,
      (SELECT json_build_object('team', h.team, 'rep', r.email, 'offeredAt', ${millis(Prisma.sql`h.offered_at`)},
          'isEscalated', h.status = 'escalated')
        FROM handoff h LEFT JOIN rep r ON r.id = h.rep_id
        WHERE h.journey_id = j.id AND h.status IN ('offered', 'escalated') ORDER BY h.offered_at DESC LIMIT 1) AS offer,
      (SELECT json_agg(json_build_object('key', t.id, 'stepId', t.step_id, 'kind', t.kind, 'team', t.team, 'title', t.title,
          'dueAt', ${millis(Prisma.sql`t.due_at`)}, 'givenAt', ${millis(Prisma.sql`t.created_at`)}) ORDER BY t.created_at)
        FROM task t WHERE t.journey_id = j.id AND t.status = 'open') AS tasks
    FROM journey j WHERE j.contact_id = ANY(${[...contactIds]}::uuid[]) AND j.entered_at <= ${new Date(now)}
    ORDER BY j.entered_at, j.id`;
}

async function versionsOf(db: Db, carried: readonly Carried[]): Promise<Versions> {
  const ids = [...new Set(carried.map(({ versionId }) => versionId))];
  const versions = new Map<string, Definition>();
  for (const id of ids) versions.set(id, (await transaction(db, (tx) => findVersion(tx, id))).definition);
  return versions;
}

interface Wanting {
  readonly contactId: string;
  readonly types: readonly string[];
  readonly horizon: number;
  readonly seqs: readonly number[];
}

/** What the journeys of each contact may still see, beside the newest events that conditions count. */
function wantingOf(carried: readonly Carried[], versions: Versions): readonly Wanting[] {
  return [...byContactId(carried)].map(([contactId, journeys]) => ({
    contactId,
    types: [...new Set(journeys.flatMap((one) => needsOf(definitionOf(one, versions)).sinceHorizon))],
    horizon: Math.min(...journeys.map(({ last }) => last.state.seen.horizon)),
    seqs: journeys.flatMap(({ last }) => rememberedSeqs(last.state)),
  }));
}

async function eventsOf(
  db: Db,
  { contactIds, newest, now }: UnderWayQuery,
  { carried, versions }: { readonly carried: readonly Carried[]; readonly versions: Versions },
): Promise<ReadonlyMap<string, { readonly events: readonly FactEvent[]; readonly lastSeq: number }>> {
  const wanted = JSON.stringify(wantingOf(carried, versions));
  const rows = await db.$queryRaw<{ contactId: string; lastSeq: number; events: readonly FactEvent[] | null }[]>`
    SELECT c.id AS "contactId", coalesce((SELECT max(seq) FROM interaction WHERE contact_id = c.id), 0)::float8 AS "lastSeq",
      (SELECT json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', ${millis(Prisma.sql`e.at`)}, 'journeyId', e.journey_id,
          'properties', e.properties) ORDER BY e.seq)
        FROM interaction e WHERE e.contact_id = c.id AND e.at <= ${new Date(now)} AND (
          e.seq IN (SELECT i.seq FROM unnest(${[...newest.keys()]}::text[], ${[...newest.values()]}::int[]) AS n(type, most)
            CROSS JOIN LATERAL (SELECT seq FROM interaction WHERE contact_id = c.id AND type = n.type AND at <= ${new Date(now)}
              ORDER BY at DESC, seq DESC LIMIT n.most) i)
          OR (e.seq > w.horizon AND jsonb_exists(w.types, e.type)) OR w.seqs @> to_jsonb(e.seq))) AS events
    FROM unnest(${[...contactIds]}::uuid[]) AS c(id)
      LEFT JOIN jsonb_to_recordset(${wanted}::jsonb) AS w("contactId" uuid, types jsonb, horizon bigint, seqs jsonb)
        ON w."contactId" = c.id`;
  return new Map(rows.map(({ contactId, events, lastSeq }) => [contactId, { events: events ?? [], lastSeq }]));
}

interface RawLead {
  readonly contactId: string;
  readonly lead: LeadFacts;
  readonly points: number;
  readonly at: Instant;
  readonly given: { readonly [rule: string]: number } | null;
}

/** Leads but for each contact's newest. */
function otherLeads(db: Db, { contactIds }: UnderWayQuery): Promise<readonly RawLead[]> {
  return db.$queryRaw<RawLead[]>`
    SELECT l.contact_id AS "contactId", json_build_object('id', l.id, 'offer', l.offer, 'source', l.source, 'campaign', l.campaign,
        'stage', l.stage, 'temperature', l.temperature, 'grade', l.grade, 'score', 0,
        'createdAt', ${millis(Prisma.sql`l.created_at`)}) AS lead,
      l.interest AS points, ${millis(Prisma.sql`l.interest_at`)} AS at,
      (SELECT json_object_agg(g.rule, g.points) FROM (
        SELECT rule, sum(points) AS points FROM score_entry WHERE lead_id = l.id AND kind = 'interest' GROUP BY rule) AS g) AS given
    FROM (SELECT *, row_number() OVER (PARTITION BY contact_id ORDER BY created_at DESC, id DESC) AS place FROM lead
      WHERE contact_id = ANY(${[...contactIds]}::uuid[])) l
    WHERE l.place > 1 ORDER BY l.contact_id, l.created_at`;
}
