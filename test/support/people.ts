import type { ClientStatus, Grade, Stage, Temperature } from '../../src/domain/facts';
import { type Instant, type Json, newId } from '../../src/domain/ids';
import type { Db } from '../../src/store/db';

/** Rows of one contact as tests write them; ids are given when they are written. */
export interface Person {
  readonly email: string;
  readonly name: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly createdAt: Instant;
  readonly attributes: { readonly [key: string]: Json };
  readonly tags: readonly string[];
  readonly organisation: OrganisationRow | null;
  readonly leads: readonly LeadRow[];
  readonly client: ClientRow | null;
  readonly events: readonly EventRow[];
}
export interface OrganisationRow {
  readonly name: string | null;
  readonly sector: string | null;
  readonly size: number | null;
  readonly country: string | null;
}
export interface LeadRow {
  readonly offer: string;
  readonly source: string;
  readonly campaign: string | null;
  readonly stage: Stage;
  readonly temperature: Temperature;
  readonly grade: Grade;
  readonly interest: number;
  readonly interestAt: Instant;
  readonly createdAt: Instant;
}
export interface ClientRow {
  readonly status: ClientStatus;
  readonly firstPurchaseAt: Instant | null;
  readonly lastPurchaseAt: Instant | null;
  readonly purchases: number;
  readonly revenue: number;
}
export interface EventRow {
  readonly type: string;
  readonly at: Instant;
  readonly journeyId?: string;
  readonly properties?: { readonly [key: string]: Json };
}

export function aPerson(parts: Partial<Person> = {}): Person {
  const timeZone = 'America/Sao_Paulo';
  const email = `${newId()}@example.test`;
  return {
    email,
    name: 'Ana',
    locale: 'pt-BR',
    timeZone,
    createdAt: 0,
    attributes: {},
    tags: [],
    organisation: null,
    leads: [],
    client: null,
    events: [],
    ...parts,
  };
}

export function aLead(parts: Partial<LeadRow> = {}): LeadRow {
  const standing = { stage: 'new', temperature: 'cold', grade: 'D', interest: 0, interestAt: 0, createdAt: 0 } as const;
  return { offer: 'demo', source: 'web', campaign: null, ...standing, ...parts };
}

export interface Written {
  readonly contactId: string;
  /** In the order of `leads`. */
  readonly leadIds: readonly string[];
}

const iso = (at: Instant | null) => (at === null ? null : new Date(at).toISOString());

/** Writes everyone, a statement for each table. */
export async function writePeople(db: Db, people: readonly Person[]): Promise<readonly Written[]> {
  const all = people.map((person) => ({
    ...person,
    id: newId(),
    organisationId: person.organisation && newId(),
    leads: person.leads.map((lead) => ({ ...lead, id: newId() })),
  }));
  const contacts = all.map((p) => ({ ...p, createdAt: iso(p.createdAt) }));
  await db.$executeRaw`
    INSERT INTO contact (id, email, name, locale, time_zone, created_at, attributes, tags, organisation_id)
    SELECT id, email, name, locale, "timeZone", "createdAt", attributes, tags, "organisationId"
    FROM json_to_recordset(${JSON.stringify(contacts)}::json) AS r(id uuid, email text, name text, locale text,
      "timeZone" text, "createdAt" timestamptz, attributes jsonb, tags text[], "organisationId" uuid)`;
  const organisations = all.flatMap(({ organisationId, organisation }) =>
    organisation ? [{ ...organisation, id: organisationId, domain: `${organisationId}.test` }] : [],
  );
  await db.$executeRaw`
    INSERT INTO organisation (id, domain, name, sector, size, country, created_at)
    SELECT id, domain, name, sector, size, country, to_timestamp(0)
    FROM json_to_recordset(${JSON.stringify(organisations)}::json)
      AS r(id uuid, domain text, name text, sector text, size int, country text)`;
  const leads = all.flatMap((p) =>
    p.leads.map((l) => ({ ...l, contactId: p.id, interestAt: iso(l.interestAt), createdAt: iso(l.createdAt) })),
  );
  await db.$executeRaw`
    INSERT INTO lead (id, contact_id, offer, source, campaign, stage, temperature, grade, interest, interest_at, created_at)
    SELECT id, "contactId", offer, source, campaign, stage, temperature, grade, interest, "interestAt", "createdAt"
    FROM json_to_recordset(${JSON.stringify(leads)}::json) AS r(id uuid, "contactId" uuid, offer text, source text, campaign text,
      stage text, temperature text, grade text, interest float8, "interestAt" timestamptz, "createdAt" timestamptz)`;
  const clients = all.flatMap(({ id, client: k }) =>
    k ? [{ ...k, contactId: id, firstPurchaseAt: iso(k.firstPurchaseAt), lastPurchaseAt: iso(k.lastPurchaseAt) }] : [],
  );
  await db.$executeRaw`
    INSERT INTO client (contact_id, status, status_at, first_purchase_at, last_purchase_at, purchases, revenue)
    SELECT "contactId", status, to_timestamp(0), "firstPurchaseAt", "lastPurchaseAt", purchases, revenue
    FROM json_to_recordset(${JSON.stringify(clients)}::json) AS r("contactId" uuid, status text, "firstPurchaseAt" timestamptz,
      "lastPurchaseAt" timestamptz, purchases int, revenue numeric)`;
  await writeEvents(
    db,
    all.flatMap(({ id, events }) => events.map((event) => ({ ...event, contactId: id }))),
  );
  return all.map(({ id, leads: own }) => ({ contactId: id, leadIds: own.map((lead) => lead.id) }));
}

/** Appends interactions in the order given. */
export async function writeEvents(
  db: Db,
  events: readonly (EventRow & { readonly contactId: string })[],
): Promise<void> {
  const rows = events.map((e) => ({ journeyId: null, properties: {}, ...e, id: newId(), at: iso(e.at) }));
  await db.$executeRaw`
    INSERT INTO interaction (id, contact_id, journey_id, type, at, properties, idempotency_key)
    SELECT id, "contactId", "journeyId", type, at, properties, id::text FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS r(id uuid, "contactId" uuid, "journeyId" uuid, type text, at timestamptz, properties jsonb)`;
}
