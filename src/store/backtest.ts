import type { ClientFacts, ContactFacts, FactEvent, LeadFacts, OrganisationFacts } from '../domain/facts';
import type { Instant } from '../domain/ids';
import type { HandoffStatus } from '../domain/journey/move';
import type { Winner } from '../domain/simulation/backtest';
import type {
  RecordedConsent,
  RecordedHandoff,
  RecordedHistory,
  RecordedJourney,
  RecordedMail,
  RecordedMessage,
  RecordedTask,
} from '../domain/simulation/record';
import { isAboutAsKnown } from './address-sql';
import { type Db, Prisma } from './db';
import { millis } from './fact-columns';
import { widest } from './suppressions';

const PAGE = 100;
/** More interactions of one contact are not replayed: the newest are. */
const MOST_EVENTS = 5000;

export interface HistoryQuery {
  readonly sequence: string;
  readonly audience: 'lead' | 'client';
  /** Event types that enter the sequence. */
  readonly entries: readonly string[];
  readonly since: Instant;
  readonly now: Instant;
  readonly limit: number;
  /** Only this one. */
  readonly contactId?: string;
}

interface Raw {
  readonly contact: ContactFacts;
  readonly lead: LeadFacts | null;
  readonly organisation: OrganisationFacts | null;
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly consents: readonly RecordedConsent[] | null;
  readonly suppression: RecordedHistory['suppression'];
  readonly events: readonly FactEvent[] | null;
  readonly journeys: readonly RecordedJourney[] | null;
  readonly mails: readonly RecordedMail[] | null;
  readonly deferrals: RecordedHistory['deferrals'] | null;
  readonly handoffs: readonly RawHandoff[] | null;
  readonly tasks: readonly RawTask[] | null;
  readonly messages: readonly RecordedMessage[] | null;
  readonly wasPaused: boolean;
}

interface RawHandoff extends Omit<RecordedHandoff, 'answer'> {
  readonly status: string;
  readonly answeredAt: Instant | null;
}

interface RawTask extends Omit<RecordedTask, 'closed'> {
  readonly outcome: string | null;
  readonly closedAt: Instant | null;
}

/**
 * What is on record about the contacts that entered the sequence since then, or that an event of its entry has come for, page by
 * page in order of their ids. Reads alone.
 */
export async function* readHistories(db: Db, query: HistoryQuery): AsyncGenerator<readonly RecordedHistory[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let count = 0; count < query.limit; ) {
    const rows = await db.$queryRaw<Raw[]>(pageOf(db, query, { after, size: Math.min(PAGE, query.limit - count) }));
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => toHistory(row, query));
    count += rows.length;
    after = last.contact.id;
  }
}

/** How many contacts `readHistories` would read without a limit. */
export async function countHistories(db: Db, query: HistoryQuery): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM contact c WHERE ${isAskedFor(query)}`;
  return row?.count ?? 0;
}

/** Journeys since then whose contact is on record no more. */
export async function countErased(db: Db, { sequence, since, now }: HistoryQuery): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM journey j WHERE j.sequence = ${sequence} AND j.entered_at >= ${new Date(since)}
      AND j.entered_at <= ${new Date(now)} AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.id = j.contact_id)`;
  return row?.count ?? 0;
}

/** The variants of a sequence's mails that have won, and since when. */
export function readWinners(db: Db, sequence: string): Promise<readonly Winner[]> {
  return db.$queryRaw<Winner[]>`
    SELECT step_id AS "stepId", winner, ${millis(Prisma.sql`decided_at`)} AS "decidedAt" FROM experiment
    WHERE sequence = ${sequence} ORDER BY decided_at`;
}

function toHistory(row: Raw, { audience }: HistoryQuery): RecordedHistory {
  const { contact, lead, client, organisation } = row;
  const events = row.events ?? [];
  // purchases come again from the record: a client begins as one only when none is on it
  const isOldClient = audience === 'client' && !events.some(({ type }) => type === 'purchase');
  return {
    newcomer: {
      contact,
      lead: lead && { ...lead, stage: 'new', temperature: 'cold', grade: 'D', score: 0 },
      client: isOldClient ? client : null,
      organisation,
      consents: new Map(),
      isNew: true,
    },
    events,
    consents: row.consents ?? [],
    suppression: row.suppression,
    client,
    journeys: row.journeys ?? [],
    mails: row.mails ?? [],
    deferrals: row.deferrals ?? [],
    handoffs: (row.handoffs ?? []).map(toHandoff),
    tasks: (row.tasks ?? []).map(({ outcome, closedAt, ...task }) => ({
      ...task,
      closed: outcome !== null && closedAt !== null ? { outcome, at: closedAt } : null,
    })),
    messages: row.messages ?? [],
    wasPaused: row.wasPaused,
  };
}

function toHandoff({ status, answeredAt, ...handoff }: RawHandoff): RecordedHandoff {
  if (status === 'offered' || status === 'escalated') return { ...handoff, answer: 'open' };
  const action = ACTIONS[status as HandoffStatus]; // the column holds a status, and these are the others
  return { ...handoff, answer: action !== null && answeredAt !== null ? { action, at: answeredAt } : null };
}

const ACTIONS = { accepted: 'accept', rejected: 'reject', recycled: 'recycle', expired: null } as const;

function pageOf(
  db: Db,
  query: HistoryQuery,
  { after, size }: { readonly after: string; readonly size: number },
): Prisma.Sql {
  const now = new Date(query.now);
  return Prisma.sql`
    SELECT ${CONTACT} AS contact, ${LEAD} AS lead, ${CLIENT} AS client, ${ORGANISATION} AS organisation,
      ${ownOf(db, now)}, ${ledgerOf(now)}, ${salesOf(now)}, ${pausesOf(query)} AS "wasPaused"
    FROM contact c
      LEFT JOIN LATERAL (SELECT * FROM lead WHERE contact_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
      LEFT JOIN client k ON k.contact_id = c.id
      LEFT JOIN organisation o ON o.id = c.organisation_id
    WHERE c.id > ${after}::uuid AND ${isAskedFor(query)} ORDER BY c.id LIMIT ${size}`;
}

/** Of contact c. */
function isAskedFor({ contactId, entries, sequence, since, now }: HistoryQuery): Prisma.Sql {
  const [from, to] = [new Date(since), new Date(now)];
  return Prisma.sql`(${contactId ?? null}::uuid IS NULL OR c.id = ${contactId ?? null}::uuid)
    AND (EXISTS (SELECT 1 FROM interaction i WHERE i.contact_id = c.id AND i.type = ANY(${[...entries]}::text[])
        AND i.at >= ${from} AND i.at <= ${to})
      OR EXISTS (SELECT 1 FROM journey j WHERE j.contact_id = c.id AND j.sequence = ${sequence} AND j.entered_at >= ${from}
        AND j.entered_at <= ${to}))`;
}

const at = (column: string): Prisma.Sql => millis(Prisma.raw(column)); // a column named here, never input

const CONTACT = Prisma.sql`json_build_object('id', c.id, 'email', c.email, 'name', c.name, 'locale', c.locale,
  'timeZone', c.time_zone, 'createdAt', ${at('c.created_at')}, 'attributes', c.attributes, 'tags', coalesce(c.tags, '{}'))`;

const LEAD = Prisma.sql`CASE WHEN l.id IS NOT NULL THEN json_build_object('id', l.id, 'offer', l.offer, 'source', l.source,
  'campaign', l.campaign, 'createdAt', ${at('l.created_at')}) END`;

const CLIENT = Prisma.sql`CASE WHEN k.contact_id IS NOT NULL THEN json_build_object('status', k.status,
  'statusAt', ${at('k.status_at')}, 'firstPurchaseAt', ${at('k.first_purchase_at')},
  'lastPurchaseAt', ${at('k.last_purchase_at')}, 'purchases', k.purchases, 'revenue', k.revenue::float8) END`;

const ORGANISATION = Prisma.sql`CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'name', o.name,
  'domain', o.domain, 'sector', o.sector, 'size', o.size, 'country', o.country) END`;

/** Consents, suppression, interactions and journeys. */
const ownOf = (owner: Db, now: Date): Prisma.Sql => Prisma.sql`
  (SELECT json_agg(json_build_object('purpose', n.purpose, 'granted', n.granted, 'source', n.source, 'at', ${at('n.at')},
      'until', CASE WHEN n.state = 'requested' THEN ${at('n.until')} END) ORDER BY n.seq)
    FROM consent n WHERE n.contact_id = c.id AND n.at <= ${now}) AS consents,
  ${widest(Prisma.sql`${isAboutAsKnown(owner, Prisma.sql`lower(c.email)`)} AND at <= ${now}`, at('at'))} AS suppression,
  (SELECT json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', ${at('e.at')}, 'journeyId', e.journey_id,
      'properties', e.properties) ORDER BY e.seq)
    FROM (SELECT * FROM interaction WHERE contact_id = c.id AND at <= ${now} ORDER BY seq DESC LIMIT ${MOST_EVENTS}) e) AS events,
  (SELECT json_agg(json_build_object('id', j.id, 'sequence', j.sequence, 'leadId', j.lead_id, 'entryKey', j.entry_key,
      'enteredAt', ${at('j.entered_at')}, 'endedAt', ${at('j.ended_at')}, 'outcome', j.outcome, 'parentId', j.parent_id,
      'isByEvent', j.last_turn #>> '{state,entrySeq}' IS NOT NULL, 'isBySweep', j.swept_on IS NOT NULL,
      'group', v.definition->'exclusive'->>'group',
      'priority', coalesce((v.definition->'exclusive'->>'priority')::int, 0),
      'takesOver', coalesce(v.definition->'exclusive'->>'whenBusy' = 'takeOver', false)) ORDER BY j.entered_at, j.id)
    FROM journey j JOIN sequence_version v ON v.id = j.version_id
    WHERE j.contact_id = c.id AND j.entered_at <= ${now}) AS journeys`;

/** What the send ledger says in the end, and when mails were deferred. */
const ledgerOf = (now: Date): Prisma.Sql => Prisma.sql`
  (SELECT json_agg(json_build_object('id', s.id, 'journeyId', s.journey_id, 'step', s.step_id, 'template', s.template,
      'purpose', s.purpose, 'status', s.status, 'at', ${at('s.settled_at')}, 'reason', coalesce(s.reason, ''))
      ORDER BY s.settled_at)
    FROM send s WHERE s.contact_id = c.id AND s.handoff_id IS NULL AND s.settled_at <= ${now}
      AND s.status IN ('accepted', 'rejected', 'unknown', 'skipped')) AS mails,
  (SELECT json_agg(json_build_object('journeyId', d.journey_id, 'at', ${at('d.at')}) ORDER BY d.seq)
    FROM decision d WHERE d.contact_id = c.id AND d.kind = 'defer' AND d.journey_id IS NOT NULL AND d.at <= ${now}) AS deferrals`;

const salesOf = (now: Date): Prisma.Sql => Prisma.sql`
  (SELECT json_agg(json_build_object('id', h.id, 'journeyId', h.journey_id, 'team', h.team, 'at', ${at('h.offered_at')},
      'status', h.status, 'answeredAt', ${at('h.answered_at')}) ORDER BY h.offered_at)
    FROM handoff h WHERE h.contact_id = c.id AND h.offered_at <= ${now}) AS handoffs,
  (SELECT json_agg(json_build_object('id', t.id, 'journeyId', t.journey_id, 'kind', t.kind, 'at', ${at('t.created_at')},
      'outcome', CASE WHEN t.status = 'closed' THEN t.outcome END, 'closedAt', ${at('t.closed_at')}) ORDER BY t.created_at)
    FROM task t WHERE t.contact_id = c.id AND t.created_at <= ${now}) AS tasks,
  (SELECT json_agg(json_build_object('id', w.id, 'journeyId', w.journey_id, 'endpoint', w.endpoint, 'attempts', w.attempts,
      'isDelivered', CASE w.status WHEN 'delivered' THEN true WHEN 'failed' THEN false END) ORDER BY w.planned_at)
    FROM webhook w WHERE w.contact_id = c.id AND w.planned_at <= ${now}) AS messages`;

const pausesOf = ({ sequence, since, now }: HistoryQuery): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT 1 FROM pause p WHERE p.since <= ${new Date(now)} AND (p.ended_at IS NULL OR p.ended_at > ${new Date(since)})
    AND (p.contact_id = c.id OR p.sequence = ${sequence} OR (p.contact_id IS NULL AND p.sequence IS NULL)))`;
