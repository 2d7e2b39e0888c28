import { EVENTS } from '../domain/event';
import { type Instant, newId } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Tx } from './db';
import { refit } from './fit';

export interface NewLead {
  readonly contactId: string;
  readonly offer: string;
  readonly source: string;
  readonly campaign?: string;
  readonly at: Instant;
  /** The form that was sent. */
  readonly form?: string | undefined;
}

export interface OpenedLead {
  readonly id: string;
  /** False: it had been opened before. */
  readonly created: boolean;
}

/**
 * The lead of a contact in an offer, opened if there is none: one per contact and offer, under the contact's lock. An existing
 * one keeps its source, stage and scores. The fit of all open leads of the contact is judged anew, since a registration may
 * have changed the contact.
 */
export async function openLead(tx: Tx, rules: Rules, { form, ...lead }: NewLead): Promise<OpenedLead> {
  const interest = form === undefined ? EVENTS.leadCreated : EVENTS.formSubmitted;
  const [opened] = await openLeads(tx, [{ ...lead, interest }]);
  if (!opened) throw new TypeError('a lead that is asked for is there');
  await refit(tx, rules.scoring, { contactId: lead.contactId, at: lead.at });
  return opened;
}

export interface InterestIn extends Omit<NewLead, 'form'> {
  /** The event by which they have shown it. */
  readonly interest: string;
}

/**
 * The leads of contacts whose locks the caller holds, in the order in which they are asked for; those that are not there are opened, and
 * `created` is true of the first that asks for it. The first lead of somebody on a mailing list has the list as its source (the one that
 * they came on last), and the list entry tells of the lead.
 */
export async function openLeads(tx: Tx, wanted: readonly InterestIn[]): Promise<readonly OpenedLead[]> {
  const places = new Map(wanted.map((lead, index) => [placeOf(lead), index] as const).toReversed());
  const firsts = [...places.values()].map((index) => ({ id: newId(), ...(wanted[index] as InterestIn) })); // an index of `wanted`
  const ids = new Map(await insertLeads(tx, firsts));
  const missing = firsts.filter((lead) => !ids.has(placeOf(lead)));
  const existing = new Map(await existingLeads(tx, missing));
  return wanted.map((lead, index) => {
    const place = placeOf(lead);
    const id = ids.get(place) ?? existing.get(place);
    if (id === undefined) throw new TypeError('the lead that was in the way is gone'); // leads are never deleted under the contact's lock
    return { id, created: ids.has(place) && places.get(place) === index };
  });
}

const placeOf = ({ contactId, offer }: Pick<NewLead, 'contactId' | 'offer'>): string => `${contactId} ${offer}`;

interface LeadRow {
  readonly id: string;
  readonly contactId: string;
  readonly offer: string;
}

const byPlace = (row: LeadRow): readonly [string, string] => [placeOf(row), row.id];

async function insertLeads(tx: Tx, leads: readonly (InterestIn & { readonly id: string })[]) {
  const rows = leads.map(({ contactId, at, ...lead }) => ({
    ...lead,
    contact_id: contactId,
    at: new Date(at).toISOString(),
  }));
  const opened = await tx.$queryRaw<LeadRow[]>`
    WITH wanted AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS r(id uuid, contact_id uuid, offer text, source text, campaign text, interest text, at timestamptz)),
    listed AS (
      SELECT DISTINCT ON (e.contact_id) e.contact_id, e.list_id, m.name FROM list_entry e JOIN mailing_list m ON m.id = e.list_id
      WHERE e.contact_id IN (SELECT contact_id FROM wanted) AND e.lead_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM lead WHERE lead.contact_id = e.contact_id)
      ORDER BY e.contact_id, e.added_at DESC, e.list_id DESC),
    opened AS (
      INSERT INTO lead (id, contact_id, offer, source, campaign, interest_at, created_at)
      SELECT w.id, w.contact_id, w.offer, coalesce('list:' || d.name, w.source), w.campaign, w.at, w.at
      FROM wanted w LEFT JOIN listed d ON d.contact_id = w.contact_id
      ON CONFLICT (contact_id, offer) DO NOTHING RETURNING id, contact_id, offer),
    converted AS (
      UPDATE list_entry SET lead_id = o.id, interest = w.interest, interested_at = w.at
      FROM opened o JOIN wanted w ON w.id = o.id JOIN listed d ON d.contact_id = o.contact_id
      WHERE list_entry.list_id = d.list_id AND list_entry.contact_id = d.contact_id)
    SELECT id, contact_id AS "contactId", offer FROM opened`;
  return opened.map(byPlace);
}

async function existingLeads(tx: Tx, leads: readonly Pick<NewLead, 'contactId' | 'offer'>[]) {
  if (leads.length === 0) return [];
  const rows = leads.map(({ contactId, offer }) => ({ contact_id: contactId, offer }));
  const found = await tx.$queryRaw<LeadRow[]>`
    SELECT l.id, l.contact_id AS "contactId", l.offer
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(contact_id uuid, offer text)
    JOIN lead l ON l.contact_id = r.contact_id AND l.offer = r.offer`;
  return found.map(byPlace);
}
