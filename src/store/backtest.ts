import type { ClientFacts, ContactFacts, FactEvent, LeadFacts } from '../domain/facts';
import type { GateFacts } from '../domain/gate/gate';
import type { Instant } from '../domain/ids';
import type { HandoffStatus } from '../domain/journey/move';
import type { RecordedHandoff, RecordedHistory, RecordedMail } from '../domain/simulation/backtest';
import type { Newcomer } from '../domain/simulation/person';
import { type Db, Prisma } from './db';
import { millis } from './fact-columns';

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
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly consents: readonly (NonNullable<GateFacts['consent']> & { readonly purpose: string })[] | null;
  readonly suppression: GateFacts['suppression'];
  readonly events: readonly FactEvent[] | null;
  readonly mails: readonly RecordedMail[] | null;
  readonly handoffs:
    | readonly {
        readonly team: string;
        readonly at: Instant;
        readonly status: string;
        readonly answeredAt: Instant | null;
      }[]
    | null;
  readonly entered: readonly Instant[] | null;
}

/**
 * What is on record about the contacts that entered the sequence since then, or that an event of its entry has come for, page by
 * page in order of their ids. Reads alone.
 */
export async function* readHistories(db: Db, query: HistoryQuery): AsyncGenerator<readonly RecordedHistory[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let count = 0; count < query.limit; ) {
    const rows = await db.$queryRaw<Raw[]>(pageOf(query, { after, size: Math.min(PAGE, query.limit - count) }));
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => toHistory(row, query));
    count += rows.length;
    after = last.contact.id;
  }
}

function toHistory(row: Raw, { audience, since }: HistoryQuery): RecordedHistory {
  const { contact, lead, client, suppression } = row;
  const newcomer: Newcomer = {
    contact,
    lead: lead && { ...lead, stage: 'new', temperature: 'cold', grade: 'D', score: 0 },
    client: audience === 'client' ? client : null,
    consents: new Map((row.consents ?? []).map(({ purpose, ...consent }) => [purpose, consent])),
    suppression: suppression && suppression.at < since ? suppression : null,
    isNew: true,
  };
  const handoffs = (row.handoffs ?? []).map(({ team, at, status, answeredAt }): RecordedHandoff => {
    const action = ACTIONS[status as HandoffStatus] ?? null; // other statuses have no action
    return { team, at, answer: action && answeredAt !== null ? { action, at: answeredAt } : null };
  });
  return { newcomer, events: row.events ?? [], mails: row.mails ?? [], handoffs, enteredAt: row.entered ?? [] };
}

const ACTIONS = { accepted: 'accept', rejected: 'reject', recycled: 'recycle', expired: null } as const;

function pageOf(query: HistoryQuery, { after, size }: { readonly after: string; readonly size: number }): Prisma.Sql {
  const { sequence, entries, contactId } = query;
  const since = new Date(query.since);
  const now = new Date(query.now);
  return Prisma.sql`
    SELECT json_build_object('id', c.id, 'email', c.email, 'name', c.name, 'locale', c.locale, 'timeZone', c.time_zone,
        'createdAt', ${millis(Prisma.sql`c.created_at`)}, 'attributes', c.attributes, 'tags', coalesce(c.tags, '{}')) AS contact,
      CASE WHEN l.id IS NOT NULL THEN json_build_object('id', l.id, 'offer', l.offer, 'source', l.source, 'campaign', l.campaign,
        'createdAt', ${millis(Prisma.sql`l.created_at`)}) END AS lead,
      CASE WHEN k.contact_id IS NOT NULL THEN json_build_object('status', k.status, 'statusAt', ${millis(Prisma.sql`k.status_at`)},
        'firstPurchaseAt', ${millis(Prisma.sql`k.first_purchase_at`)}, 'lastPurchaseAt', ${millis(Prisma.sql`k.last_purchase_at`)},
        'purchases', k.purchases, 'revenue', k.revenue::float8) END AS client,
      (SELECT json_agg(json_build_object('purpose', n.purpose, 'granted', n.granted, 'source', n.source, 'at', ${millis(Prisma.sql`n.at`)}))
        FROM (SELECT DISTINCT ON (purpose) * FROM consent WHERE contact_id = c.id AND (granted OR at < ${since})
          ORDER BY purpose, seq DESC) n) AS consents,
      (SELECT json_build_object('reason', reason, 'at', ${millis(Prisma.sql`at`)}) FROM suppression WHERE email = c.email) AS suppression,
      (SELECT json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', ${millis(Prisma.sql`e.at`)}, 'journeyId', e.journey_id,
          'properties', e.properties) ORDER BY e.seq)
        FROM (SELECT * FROM interaction WHERE contact_id = c.id AND at <= ${now} ORDER BY seq DESC LIMIT ${MOST_EVENTS}) e) AS events,
      (SELECT json_agg(json_build_object('id', s.id, 'step', s.step_id, 'template', s.template, 'at', ${millis(Prisma.sql`s.settled_at`)},
          'isOfSequence', coalesce(j.sequence = ${sequence}, false)) ORDER BY s.settled_at)
        FROM send s LEFT JOIN journey j ON j.id = s.journey_id
        WHERE s.contact_id = c.id AND s.status = 'accepted' AND s.handoff_id IS NULL AND s.settled_at <= ${now}) AS mails,
      (SELECT json_agg(json_build_object('team', h.team, 'at', ${millis(Prisma.sql`h.offered_at`)}, 'status', h.status,
          'answeredAt', ${millis(Prisma.sql`h.answered_at`)}) ORDER BY h.offered_at)
        FROM handoff h JOIN journey j ON j.id = h.journey_id
        WHERE h.contact_id = c.id AND j.sequence = ${sequence} AND h.offered_at >= ${since}) AS handoffs,
      (SELECT json_agg(${millis(Prisma.sql`j.entered_at`)} ORDER BY j.entered_at) FROM journey j
        WHERE j.contact_id = c.id AND j.sequence = ${sequence} AND j.entered_at >= ${since}
          AND j.last_turn #>> '{state,entrySeq}' IS NULL) AS entered
    FROM contact c
      LEFT JOIN LATERAL (SELECT * FROM lead WHERE contact_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
      LEFT JOIN client k ON k.contact_id = c.id
    WHERE c.id > ${after}::uuid AND (${contactId ?? null}::uuid IS NULL OR c.id = ${contactId ?? null}::uuid)
      AND (EXISTS (SELECT 1 FROM interaction i WHERE i.contact_id = c.id AND i.type = ANY(${[...entries]}::text[])
          AND i.at >= ${since} AND i.at <= ${now})
        OR EXISTS (SELECT 1 FROM journey j WHERE j.contact_id = c.id AND j.sequence = ${sequence} AND j.entered_at >= ${since}))
    ORDER BY c.id LIMIT ${size}`;
}
