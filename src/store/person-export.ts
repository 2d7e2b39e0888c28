import { durationText } from '../domain/calendar/duration';
import { DEFAULT_PURPOSES, inLanguage } from '../domain/consent/purposes';
import { EVENTS } from '../domain/event';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { type Instant, newId } from '../domain/ids';
import { identifiersOf } from '../domain/privacy/identifiers';
import { INVENTORY, type TableEntry } from '../domain/privacy/inventory';
import type { PersonExport } from '../domain/privacy/person-export';
import { classesOf, DEFAULT_RETENTION } from '../domain/privacy/retention';
import { scoringLogic } from '../domain/privacy/scoring-logic';
import type { Rules } from '../domain/rules';
import { type Db, Prisma, type Tx, transaction } from './db';
import { knownAs } from './erasures';
import { recordOnly } from './ingest';
import { belongsSql, nameSql, type Person } from './inventory-sql';

export interface ExportRequest {
  readonly contactId: string;
  /** Who hands it out: it is on record. */
  readonly by: string;
  readonly now: Instant;
}

/**
 * Everything on record about a person, for them: GDPR art. 15 and 20, LGPD art. 18. One reading of the database. That it was handed out
 * is recorded as `contact.exported`. Throws VIV_CONTACT_UNKNOWN.
 */
export async function exportPerson(db: Db, rules: Rules, request: ExportRequest): Promise<PersonExport> {
  const { contactId, by, now } = request;
  return transaction(db, async (tx): Promise<PersonExport> => {
    // first: it takes the lock, and tells an unknown contact
    await recordOnly(tx, {
      type: EVENTS.contactExported,
      contactId,
      at: now,
      idempotencyKey: `${EVENTS.contactExported}:${newId()}`,
      properties: { by },
    });
    const known = await knownAs(tx, contactId);
    const person: Person = identifiersOf(known, rules.identity ?? DEFAULT_IDENTITY);
    const { scoreChanges: changes, ...parts } = await partsOf(tx, person);
    return {
      schema: 'viveiro.person-export/1',
      madeAt: new Date(now).toISOString(),
      ...parts,
      processing: { ...parts.processing, ...processingOf(rules, parts) },
      scoring: { logic: [...scoringLogic(rules.scoring)], changes },
      records: await recordsOf(tx, person),
    };
  });
}

type Parts = Omit<PersonExport, 'schema' | 'madeAt' | 'scoring' | 'records' | 'processing'> & {
  readonly scoreChanges: PersonExport['scoring']['changes'];
  readonly processing: Pick<PersonExport['processing'], 'recipients'>;
};

/** An instant as the export writes it. */
const iso = (at: string): Prisma.Sql =>
  Prisma.raw(`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`); // a column that this file names
const all = (rows: Prisma.Sql): Prisma.Sql => Prisma.sql`(SELECT coalesce(json_agg(t), '[]') FROM (${rows}) AS t)`;

async function partsOf(tx: Tx, { contactId, formerIds, addresses }: Person): Promise<Parts> {
  const theirs = Prisma.sql`contact_id = ${contactId}::uuid`;
  const [row] = await tx.$queryRaw<{ parts: Parts }[]>`
    SELECT json_build_object(
      'person', (SELECT json_build_object('contactId', c.id, 'email', c.email, 'name', c.name, 'locale', c.locale,
        'timeZone', c.time_zone, 'attributes', c.attributes, 'tags', c.tags, 'organisation', (
          SELECT json_build_object('domain', o.domain, 'name', o.name, 'sector', o.sector, 'size', o.size, 'country', o.country)
          FROM organisation o WHERE o.id = c.organisation_id),
        'onRecordSince', ${iso('c.created_at')}, 'isProfiled', c.profiling,
        'isClient', EXISTS (SELECT 1 FROM client k WHERE k.contact_id = c.id)) FROM contact c WHERE c.id = ${contactId}::uuid),
      'processing', json_build_object('recipients', ${all(Prisma.sql`
        SELECT endpoint AS recipient, count(*)::int AS messages FROM webhook WHERE ${theirs} AND status = 'delivered'
        GROUP BY endpoint ORDER BY endpoint`)}),
      'sources', ${all(Prisma.sql`
        SELECT ${iso('came_at')} AS at, what, source, campaign FROM (
          SELECT created_at AS came_at, 'lead for ' || offer AS what, source, campaign FROM lead WHERE ${theirs}
          UNION ALL SELECT e.added_at, 'mailing list ' || l.name, l.origin || ' on ' || l.collected_on, l.campaign
          FROM list_entry e JOIN mailing_list l ON l.id = e.list_id WHERE ${theirs}) AS came ORDER BY came_at`)},
      'consents', ${all(Prisma.sql`
        SELECT purpose, state, basis, text, text_version AS "textVersion", locale, source, ${iso('at')} AS at, ${iso('until')} AS until,
          personal AS proof FROM consent WHERE contact_id = ANY(${[contactId, ...formerIds]}::uuid[]) ORDER BY seq`)},
      'suppressions', ${all(Prisma.sql`
        SELECT scope, reason, ${iso('at')} AS at FROM suppression WHERE email = ANY(${[...addresses]}::text[]) ORDER BY id`)},
      'leads', ${all(Prisma.sql`
        SELECT id, offer, source, campaign, stage, temperature, grade, fit_points AS "fitPoints", interest, ${iso('created_at')} AS "createdAt"
        FROM lead WHERE ${theirs} ORDER BY created_at`)},
      'scoreChanges', ${all(Prisma.sql`
        SELECT ${iso('at')} AS at, lead_id AS "leadId", kind, rule, points, reason FROM score_entry WHERE ${theirs} ORDER BY seq`)},
      'journeys', ${all(Prisma.sql`
        SELECT id, sequence, status, ${iso('entered_at')} AS "enteredAt", ${iso('ended_at')} AS "endedAt", outcome, reason
        FROM journey WHERE ${theirs} ORDER BY entered_at`)},
      'mails', ${mails(theirs)},
      'decisions', ${all(Prisma.sql`
        SELECT ${iso('d.at')} AS at, d.kind, d.outcome, d.reason, j.sequence, d.step_id AS step
        FROM decision d LEFT JOIN journey j ON j.id = d.journey_id WHERE d.contact_id = ${contactId}::uuid ORDER BY d.seq`)},
      'interactions', ${all(Prisma.sql`
        SELECT ${iso('at')} AS at, type, properties FROM interaction WHERE ${theirs} ORDER BY seq`)},
      'handoffs', ${all(Prisma.sql`
        SELECT ${iso('offered_at')} AS "offeredAt", team, status, reason, ${iso('answered_at')} AS "answeredAt"
        FROM handoff WHERE ${theirs} ORDER BY offered_at`)},
      'tasks', ${all(Prisma.sql`
        SELECT ${iso('created_at')} AS "createdAt", kind, title, status, note FROM task WHERE ${theirs} ORDER BY created_at`)}
    ) AS parts`;
  if (!row) throw new TypeError('a select without a table answers one row');
  return row.parts;
}

/** Each mail with the decisions that name it, or that were made about its step in its journey. */
const mails = (theirs: Prisma.Sql): Prisma.Sql =>
  all(Prisma.sql`
    SELECT s.id, ${iso('s.settled_at')} AS at, ${iso('s.planned_at')} AS "plannedAt", s.status, s.recipient AS to, s.purpose, s.template,
      s.subject, j.sequence, ARRAY(
        SELECT d.kind || ' ' || d.outcome || ': ' || d.reason FROM decision d
        WHERE d.contact_id = s.contact_id AND (d.data->>'sendId' = s.id::text OR (d.data->>'sendId' IS NULL
          AND d.journey_id = s.journey_id AND d.step_id = s.step_id AND d.kind IN ('send', 'skip', 'defer', 'unknown')))
        ORDER BY d.seq) AS why,
      (SELECT coalesce(json_agg(json_build_object('name', l.name, 'url', l.url) ORDER BY l.id), '[]') FROM link l WHERE l.send_id = s.id) AS links
    FROM send s LEFT JOIN journey j ON j.id = s.journey_id WHERE s.${theirs} ORDER BY s.planned_at`);

const saidOf = (newest: PersonExport['consents'][number] | undefined): string | null =>
  newest === undefined || newest.state === 'unsaid' ? null : newest.state;

function processingOf(
  { purposes = DEFAULT_PURPOSES, retention = DEFAULT_RETENTION }: Rules,
  { consents, person }: Pick<Parts, 'consents' | 'person'>,
): Pick<PersonExport['processing'], 'purposes' | 'retention'> {
  return {
    purposes: Object.entries(purposes.purposes).map(([purpose, { name, bases }]) => ({
      purpose,
      name: inLanguage(name, person.locale).text,
      bases: [...bases],
      state: saidOf(consents.findLast((word) => word.purpose === purpose)),
    })),
    retention: classesOf(retention).map(({ dataClass, keepFor, action }) => ({
      dataClass,
      keepFor: durationText(keepFor),
      afterwards: action,
    })),
  };
}

/** Every row that is the person's, by the inventory: a new table is handed out once it stands there. */
async function recordsOf(tx: Tx, person: Person): Promise<PersonExport['records']> {
  const records: [string, PersonExport['records'][string]][] = [];
  for (const entry of INVENTORY.filter(({ isExported }) => isExported)) {
    const rows = await rowsOf(tx, entry, person);
    if (rows.length > 0) records.push([entry.table, [...rows]]);
  }
  return Object.fromEntries(records);
}

async function rowsOf(tx: Tx, entry: TableEntry, person: Person): Promise<PersonExport['records'][string]> {
  const { table, withheld } = entry;
  const [row] = await tx.$queryRaw<{ rows: PersonExport['records'][string] }[]>`
    SELECT coalesce(json_agg(to_jsonb(t) - ${[...withheld]}::text[]), '[]') AS rows
    FROM (SELECT * FROM ${nameSql(table)} WHERE ${belongsSql(entry, person, { forThem: true })}) AS t`;
  return row?.rows ?? [];
}
